using HalfFull.Engine.StepTime;

namespace HalfFull.Routing.Routers.Parts;

/// <summary>
/// What would happen to a request on an engine if it were sent there and nobody came after it: decodes first, prompts in order of arrival in chunks of what is left of
/// the token budget, memory freed when sequences end. Steps are taken in runs between two ends, at most a few dozen a prediction, each at the cost of its first step.
/// </summary>
internal sealed class Lookahead
{
    private const int MostRuns = 24;
    private (int Left, int Held)[] ends = [];

    /// <summary>Seconds from now to the first and the last token of a request.</summary>
    public (double FirstToken, double Finish) Predict(in RouteRequest request, in ReplicaView view, double meanOutput)
    {
        var state = Begin(request, view, meanOutput);
        while (state.Backlog > 0)
        {
            state.Run(ends, isDecoding: false);
        }

        var firstToken = state.Seconds;
        state.StartDecoding(request.Request.PredictedOutputTokens ?? meanOutput);
        while (state.OwnLeft > 0)
        {
            state.Run(ends, isDecoding: true);
        }

        return (firstToken, state.Seconds);
    }

    private State Begin(in RouteRequest request, in ReplicaView view, double meanOutput)
    {
        var sequences = view.Sequences.Span;
        if (ends.Length < sequences.Length)
        {
            ends = new (int, int)[sequences.Length * 2];
        }

        var held = 0L;
        for (var i = 0; i < sequences.Length; i++)
        {
            ref readonly var sequence = ref sequences[i];

            // Without a prediction what is left is as long as ever: outputs that have lasted are not nearer to their end for it.
            var left = sequence.PredictedOutputTokens is { } predicted ? predicted - sequence.OutputTokens : (int)meanOutput;
            ends[i] = (Math.Max(1, Math.Min(left, sequence.OutputLimit - sequence.OutputTokens)), sequence.KvTokens);
            held += sequence.KvTokens;
        }

        ends.AsSpan(0, sequences.Length).Sort(static (a, b) => a.Left != b.Left ? a.Left.CompareTo(b.Left) : a.Held.CompareTo(b.Held));
        var engine = view.Engine!;
        return new State
        {
            StepTime = engine.StepTime,
            Budget = engine.Limits.TokenBudget,
            Free = engine.Limits.KvCapacityTokens - (view.KvTokensInUse ?? held),
            Running = sequences.Length,
            Ending = sequences.Length,
            Joining = view.Waiting ?? 0,
            Held = held,
            Backlog = Loads.QueuedPrefill(view) + Loads.Uncached(request, view),
            Prompt = request.Request.PromptTokens,
            Group = Math.Max(1, sequences.Length / (MostRuns / 2)),
        };
    }

    /// <summary>The engine on its way.</summary>
    private struct State
    {
        private int ended;
        private long elapsedSteps;
        private long prefilled;

        public required IStepTimeModel StepTime { get; init; }

        public required int Budget { get; init; }

        public required int Group { get; init; }

        public required int Prompt { get; init; }

        public required int Running { get; set; }

        /// <summary>Sequences running now that have not ended.</summary>
        public required int Ending { get; set; }

        /// <summary>Requests waiting now: they decode beside it once all prompts are done, and outlast what is looked at.</summary>
        public required int Joining { get; init; }

        public required long Held { get; set; }

        public required long Free { get; set; }

        public required long Backlog { get; set; }

        public double Seconds { get; private set; }

        public double OwnLeft { get; private set; }

        public void StartDecoding(double output)
        {
            OwnLeft = Math.Max(0, Math.Ceiling(output) - 1);
            Running += Joining + 1;
            Held += Math.Max(Prompt, prefilled);
        }

        /// <summary>Takes steps until the next few sequences end, the backlog is done or the request itself is.</summary>
        public void Run((int Left, int Held)[] ends, bool isDecoding)
        {
            var running = Running;
            var chunk = isDecoding ? 0 : (int)Math.Min(Backlog, Math.Min(Math.Max(1, Budget - running), running > 0 ? Math.Max(0, Free) : int.MaxValue));
            var shape = StepShape.Decode(running, Held + running);
            var seconds = StepTime.Predict(chunk > 0 ? shape.WithChunk(chunk, 0) : shape).TotalSeconds;
            var next = Ending > 0 ? ended + Math.Min(Group, Ending) - 1 : -1;
            var untilEnd = next >= 0 ? Math.Max(1, ends[next].Left - elapsedSteps) : long.MaxValue;
            var untilDone = isDecoding ? (long)OwnLeft : chunk > 0 ? (Backlog + chunk - 1) / chunk : long.MaxValue;
            var steps = Math.Max(1, Math.Min(untilEnd, untilDone));

            // Chunks shrink as memory does: no further than it lasts.
            steps = chunk > 0 && running > 0 ? Math.Max(1, Math.Min(steps, Free / (chunk + running))) : steps;
            Seconds += steps * seconds;
            elapsedSteps += steps;
            Backlog = Math.Max(0, Backlog - (steps * chunk));
            prefilled += steps * chunk;
            OwnLeft -= isDecoding ? steps : 0;
            Held += steps * running;
            Free -= steps * (running + chunk);
            if (next >= 0 && steps >= untilEnd)
            {
                for (; ended <= next; ended++)
                {
                    var freed = ends[ended].Held + ends[ended].Left;
                    Held -= freed;
                    Free += freed;
                    Running--;
                    Ending--;
                }
            }
        }
    }
}
