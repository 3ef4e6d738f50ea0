using System.Runtime.InteropServices;

namespace HalfFull.Prediction.Ranking;

/// <summary>
/// Trains a ranker by ListMLE (Xia et al., ICML 2008), the loss of "Efficient LLM Scheduling by Learning to Rank" (Fu et al., 2024): the likelihood of the true order of small
/// lists, drawn anew in each round, with AdaGrad steps. The first requests of a log train, the last ones judge. The same seed gives the same weights.
/// </summary>
public sealed class RankerTraining
{
    /// <summary>Fewest requests that can be trained on.</summary>
    public const int LeastRequests = 100;

    /// <summary>Share of the requests, the last to arrive, that judge.</summary>
    public const double HeldOut = 0.2;

    private const int Rounds = 20;
    private const int ListLength = 32;
    private const double StepSize = 0.1;
    private const double Decay = 1e-4;
    private const int MostKnots = 64;
    private const int LeastPerKnot = 20;

    private readonly IReadOnlyList<Job> jobs;
    private readonly int[] buckets;
    private readonly double[] slopes;
    private readonly double[] weights = new double[RankerFeatures.Count + 1];
    private readonly double[] squares = new double[RankerFeatures.Count + 1];
    private readonly double[] score = new double[ListLength];
    private readonly double[] gradient = new double[ListLength];
    private readonly int[] list = new int[ListLength];

    private RankerTraining(IReadOnlyList<Job> jobs)
    {
        this.jobs = jobs;
        buckets = new int[jobs.Count * RankerFeatures.Active];
        slopes = new double[jobs.Count];
        for (var i = 0; i < jobs.Count; i++)
        {
            slopes[i] = RankerFeatures.Fill(jobs[i].Request, buckets.AsSpan(i * RankerFeatures.Active, RankerFeatures.Active));
        }
    }

    /// <summary>Trains and judges.</summary>
    /// <param name="jobs">Requests with their true lengths, in order of arrival.</param>
    /// <param name="seed">Seed of the lists drawn.</param>
    /// <param name="progress">Told the share done, from 0 to 1; null when nobody asks.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ArgumentException">There are too few requests.</exception>
    public static TrainedRanker Train(IReadOnlyList<Job> jobs, ulong seed, Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(jobs);
        if (jobs.Count < LeastRequests)
        {
            throw new ArgumentException($"A ranker needs at least {LeastRequests} requests to be trained on; there are {jobs.Count}.", nameof(jobs));
        }

        var trained = jobs.Count - (int)(HeldOut * jobs.Count);
        var training = new RankerTraining(jobs);
        var rng = new Rng(seed).Fork("ranker");
        var order = Enumerable.Range(0, trained).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            training.Round(order, rng);
            progress?.Invoke((round + 1.0) / Rounds);
        }

        return training.Judge(training.Calibrate(trained), trained);
    }

    private void Round(int[] order, Rng rng)
    {
        for (var i = order.Length - 1; i > 0; i--)
        {
            var other = rng.NextInt32(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }

        for (var start = 0; start + ListLength <= order.Length; start += ListLength)
        {
            order.AsSpan(start, ListLength).CopyTo(list);
            Learn();
        }
    }

    /// <summary>One list: the longest first is the order whose likelihood rises.</summary>
    private void Learn()
    {
        // Equal lengths by place in the log, so that the order does not hang on the sort.
        Array.Sort(list, (a, b) => jobs[a].OutputTokens != jobs[b].OutputTokens ? jobs[b].OutputTokens.CompareTo(jobs[a].OutputTokens) : a.CompareTo(b));
        var highest = double.NegativeInfinity;
        for (var i = 0; i < ListLength; i++)
        {
            score[i] = Ranker.Score(weights, slopes[list[i]], Buckets(list[i]));
            highest = Math.Max(highest, score[i]);
        }

        var rest = 0.0;
        for (var i = ListLength - 1; i >= 0; i--)
        {
            score[i] = Math.Exp(Math.Max(-50, score[i] - highest));
            rest += score[i];
            gradient[i] = rest;
        }

        var chosen = 0.0;
        for (var i = 0; i < ListLength; i++)
        {
            chosen += 1 / gradient[i];
            gradient[i] = (score[i] * chosen) - 1;
        }

        for (var i = 0; i < ListLength; i++)
        {
            foreach (var bucket in Buckets(list[i]))
            {
                Step(bucket, gradient[i]);
            }

            Step(weights.Length - 1, gradient[i] * slopes[list[i]]);
        }
    }

    private void Step(int weight, double slope)
    {
        slope += Decay * weights[weight];
        squares[weight] += slope * slope;
        weights[weight] -= squares[weight] > 0 ? StepSize * slope / Math.Sqrt(squares[weight]) : 0;
    }

    private ReadOnlySpan<int> Buckets(int index) => buckets.AsSpan(index * RankerFeatures.Active, RankerFeatures.Active);

    /// <summary>Groups the training part by score; each group's median length is a point of the table, neighbours that fall are pooled.</summary>
    private Ranker Calibrate(int trained)
    {
        var byScore = Enumerable.Range(0, trained)
            .Select(i => (Score: Ranker.Score(weights, slopes[i], Buckets(i)), Tokens: Math.Min(jobs[i].OutputTokens, jobs[i].Request.MaxOutputTokens)))
            .OrderBy(static pair => pair.Score).ThenBy(static pair => pair.Tokens)
            .ToArray();
        var groups = Math.Clamp(trained / LeastPerKnot, 1, MostKnots);
        var knots = new List<(double Score, double Tokens, int Weight)>();
        for (var g = 0; g < groups; g++)
        {
            var group = byScore[(int)((long)trained * g / groups)..(int)((long)trained * (g + 1) / groups)];
            var knot = (Score: group.Average(static pair => pair.Score), Tokens: Median(group), Weight: group.Length);
            while (knots.Count > 0 && (knots[^1].Tokens > knot.Tokens || knots[^1].Score >= knot.Score))
            {
                var (score, tokens, weight) = knots[^1];
                knots.RemoveAt(knots.Count - 1);
                var total = weight + knot.Weight;
                knot = (((score * weight) + (knot.Score * knot.Weight)) / total, ((tokens * weight) + (knot.Tokens * knot.Weight)) / total, total);
            }

            knots.Add(knot);
        }

        var span = CollectionsMarshal.AsSpan(knots);
        var (scores, lengths) = (new double[span.Length], new double[span.Length]);
        for (var i = 0; i < span.Length; i++)
        {
            (scores[i], lengths[i]) = (span[i].Score, span[i].Tokens);
        }

        return new Ranker(weights, scores, lengths);
    }

    private static double Median((double Score, int Tokens)[] group)
    {
        var lengths = Array.ConvertAll(group, static pair => pair.Tokens);
        Array.Sort(lengths);
        return lengths[lengths.Length / 2];
    }

    private TrainedRanker Judge(Ranker ranker, int trained)
    {
        var judged = jobs.Count - trained;
        var (scores, prompts, lengths) = (new double[judged], new double[judged], new int[judged]);
        var trainedLengths = jobs.Take(trained).Select(static job => Math.Min(job.OutputTokens, job.Request.MaxOutputTokens)).Order().ToArray();
        var median = trainedLengths[trained / 2];
        var (error, medianError) = (0.0, 0.0);
        for (var i = 0; i < judged; i++)
        {
            var job = jobs[trained + i];
            lengths[i] = Math.Min(job.OutputTokens, job.Request.MaxOutputTokens);
            scores[i] = ranker.Score(job.Request);
            prompts[i] = job.Request.PromptTokens;
            error += Math.Abs(ranker.PredictTokens(job.Request) - lengths[i]);
            medianError += Math.Abs(median - lengths[i]);
        }

        return new TrainedRanker(ranker, trained, judged)
        {
            KendallTau = KendallTau.Of(scores, lengths),
            KendallTauOfPrompt = KendallTau.Of(prompts, lengths),
            MeanAbsoluteErrorTokens = error / judged,
            MeanAbsoluteErrorOfMedianTokens = medianError / judged,
        };
    }
}
