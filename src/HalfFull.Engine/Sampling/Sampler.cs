namespace HalfFull.Engine.Sampling;

/// <summary>
/// Chooses the tokens of one generation. Order of its parts: logit bias, repetition, presence and frequency penalties, temperature, top-k, top-p, min-p, one draw.
/// </summary>
internal sealed class Sampler(SamplingOptions options)
{
    // Behind it lies less than a 2^-40th of the likeliest token: nothing that 32-bit weights could tell.
    private const float Negligible = -30;

    private readonly Rng rng = new(options.Seed);

    /// <summary>The next token.</summary>
    /// <param name="logits">The model's logits, one for each token of the vocabulary.</param>
    /// <param name="prompt">Tokens of the prompt.</param>
    /// <param name="output">Tokens generated so far.</param>
    /// <param name="scratch">Memory to work in.</param>
    internal int Next(ReadOnlySpan<float> logits, ReadOnlySpan<int> prompt, ReadOnlySpan<int> output, SamplerScratch scratch)
    {
        if (options.IsPlainGreedy)
        {
            return ArgMax.Of(logits);
        }

        var changed = scratch.Logits.AsSpan(0, logits.Length);
        logits.CopyTo(changed);
        foreach (var (token, bias) in options.LogitBias)
        {
            changed[token] += bias;
        }

        Penalize(changed, prompt, output, scratch);
        return options.Temperature == 0 ? ArgMax.Of(changed) : Draw(changed, scratch);
    }

    /// <summary>How likely a token was by the model alone.</summary>
    internal static TokenLogprobs Logprobs(ReadOnlySpan<float> logits, int token, int alternatives)
    {
        var largest = logits[ArgMax.Of(logits)];
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - largest);
        }

        var normal = largest + Math.Log(sum);
        var top = new KeyValuePair<int, double>[Math.Min(alternatives, logits.Length)];
        for (var rank = 0; rank < top.Length; rank++)
        {
            var best = -1;
            for (var i = 0; i < logits.Length; i++)
            {
                // Behind the one found before: less likely, or as likely with a higher number.
                var isLeft = rank == 0 || logits[i] < logits[top[rank - 1].Key] || (logits[i] == logits[top[rank - 1].Key] && i > top[rank - 1].Key);
                if (isLeft && (best < 0 || logits[i] > logits[best]))
                {
                    best = i;
                }
            }

            top[rank] = new(best, logits[best] - normal);
        }

        return new TokenLogprobs(token, logits[token] - normal, top);
    }

    private void Penalize(Span<float> logits, ReadOnlySpan<int> prompt, ReadOnlySpan<int> output, SamplerScratch scratch)
    {
        if (options.RepetitionPenalty != 1)
        {
            scratch.BeginSet();
            Repeated(logits, prompt, scratch);
            Repeated(logits, output, scratch);
        }

        if (options.PresencePenalty == 0 && options.FrequencyPenalty == 0)
        {
            return;
        }

        scratch.BeginSet();
        foreach (var token in output)
        {
            logits[token] -= (float)options.FrequencyPenalty;
            if (scratch.Add(token))
            {
                logits[token] -= (float)options.PresencePenalty;
            }
        }
    }

    private void Repeated(Span<float> logits, ReadOnlySpan<int> tokens, SamplerScratch scratch)
    {
        var penalty = (float)options.RepetitionPenalty;
        foreach (var token in tokens)
        {
            if (scratch.Add(token))
            {
                logits[token] = logits[token] > 0 ? logits[token] / penalty : logits[token] * penalty;
            }
        }
    }

    private int Draw(ReadOnlySpan<float> logits, SamplerScratch scratch)
    {
        var likeliest = ArgMax.Of(logits);
        var largest = logits[likeliest];
        var inverse = (float)(1 / options.Temperature);
        var weights = scratch.Weights;
        var tokens = scratch.Tokens;
        var count = 0;
        for (var i = 0; i < logits.Length; i++)
        {
            var exponent = (logits[i] - largest) * inverse;
            if (exponent > Negligible)
            {
                weights[count] = exponent;
                tokens[count++] = i;
            }
        }

        if (count == 0)
        {
            return likeliest;
        }

        if (options.TopK > 0 || options.TopP < 1)
        {
            // Ascending by the negated exponent: the likeliest first.
            var keys = weights.AsSpan(0, count);
            for (var i = 0; i < count; i++)
            {
                keys[i] = -keys[i];
            }

            keys.Sort(tokens.AsSpan(0, count));
            for (var i = 0; i < count; i++)
            {
                keys[i] = -keys[i];
            }

            count = options.TopK > 0 ? Math.Min(count, options.TopK) : count;
        }

        var sum = 0.0;
        for (var i = 0; i < count; i++)
        {
            weights[i] = MathF.Exp(weights[i]);
            sum += weights[i];
        }

        (count, sum) = Nucleus(weights, count, sum);
        return Pick(weights.AsSpan(0, count), tokens, sum);
    }

    /// <summary>Cuts the sorted weights where their sum reaches the share asked for.</summary>
    private (int Count, double Sum) Nucleus(float[] weights, int count, double sum)
    {
        if (options.TopP >= 1)
        {
            return (count, sum);
        }

        var wanted = options.TopP * sum;
        var reached = 0.0;
        for (var i = 0; i < count; i++)
        {
            reached += weights[i];
            if (reached >= wanted)
            {
                return (i + 1, reached);
            }
        }

        return (count, reached);
    }

    private int Pick(Span<float> weights, int[] tokens, double sum)
    {
        if (options.MinP > 0)
        {
            // The likeliest has weight 1.
            sum = 0;
            foreach (ref var weight in weights)
            {
                weight = weight >= options.MinP ? weight : 0;
                sum += weight;
            }
        }

        var left = rng.NextDouble() * sum;
        var last = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] <= 0)
            {
                continue;
            }

            last = i;
            left -= weights[i];
            if (left < 0)
            {
                break;
            }
        }

        return tokens[last];
    }
}
