using HalfFull.Engine.Hosting;

namespace HalfFull.Gateway.Workers;

/// <summary>Reads the tokens of several answers to one request as they come.</summary>
internal sealed class GenerationMerge(IReadOnlyList<Generation> generations)
{
    private readonly Task<bool>?[] waits = new Task<bool>?[generations.Count];

    /// <summary>Waits until some answer has a token.</summary>
    /// <returns>False when all have ended.</returns>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        if (generations.Count == 1)
        {
            return await generations[0].Tokens.WaitToReadAsync(cancellation);
        }

        while (true)
        {
            var open = new List<Task<bool>>(generations.Count);
            for (var i = 0; i < waits.Length; i++)
            {
                var wait = waits[i] ??= generations[i].Tokens.WaitToReadAsync(cancellation).AsTask();
                if (!wait.IsCompleted)
                {
                    open.Add(wait);
                }
                else if (await wait)
                {
                    waits[i] = null;
                    return true;
                }
            }

            if (open.Count == 0)
            {
                return false;
            }

            await Task.WhenAny(open);
        }
    }

    /// <summary>Takes a token that is there.</summary>
    public bool TryRead(out int index, out GeneratedToken token)
    {
        for (index = 0; index < generations.Count; index++)
        {
            if (generations[index].Tokens.TryRead(out token))
            {
                return true;
            }
        }

        token = default;
        return false;
    }
}
