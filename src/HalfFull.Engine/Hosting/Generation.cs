using System.Threading.Channels;

namespace HalfFull.Engine.Hosting;

/// <summary>A request in an <see cref="EngineLoop"/> and the tokens that it has got so far.</summary>
public sealed class Generation
{
    private readonly Channel<GeneratedToken> tokens =
        Channel.CreateUnbounded<GeneratedToken>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    internal Generation(Request request, GenerationInput? input)
    {
        Request = request;
        Input = input;
    }

    /// <summary>The request.</summary>
    public Request Request { get; internal set; }

    /// <summary>Its tokens in order. It completes after the last one, earlier when the request was aborted or the engine stopped.</summary>
    public ChannelReader<GeneratedToken> Tokens => tokens.Reader;

    /// <summary>Prompt tokens found in the prefix cache; known with the first token.</summary>
    public int CachedTokens { get; internal set; }

    /// <summary>Whether the engine gave it up because its KV memory did not suffice.</summary>
    public bool HasFailed { get; internal set; }

    /// <summary>What a real model needs of it; null where only sizes count.</summary>
    internal GenerationInput? Input { get; }

    /// <summary>Null until the engine has taken it in; the engine's thread only.</summary>
    internal Sequence? Sequence { get; set; }

    /// <summary>Asked to go before the engine has taken it in.</summary>
    internal bool IsAborted { get; set; }

    internal void Emit(GeneratedToken token)
    {
        tokens.Writer.TryWrite(token);
        if (token.IsLast)
        {
            tokens.Writer.TryComplete();
        }
    }

    internal void Complete() => tokens.Writer.TryComplete();
}
