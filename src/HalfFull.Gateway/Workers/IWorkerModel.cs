using HalfFull.Engine;
using HalfFull.Engine.Hosting;
using HalfFull.Gateway.OpenAi;

namespace HalfFull.Gateway.Workers;

/// <summary>What a worker serves: it turns the body of a completion request into generations of its engine.</summary>
internal interface IWorkerModel
{
    /// <summary>Its id in answers and lists.</summary>
    string Id { get; }

    /// <summary>What kind of server it makes.</summary>
    string Version { get; }

    /// <summary>Whether a request may name any model.</summary>
    bool TakesAnyName { get; }

    /// <summary>Limits of its engine.</summary>
    EngineLimits Limits { get; }

    /// <summary>Its embeddings; null when it gives none.</summary>
    EmbeddingsApi? Embeddings => null;

    /// <summary>Hands a request to the engine.</summary>
    /// <param name="loop">The engine.</param>
    /// <param name="scan">The body, scanned.</param>
    /// <param name="body">The body.</param>
    /// <param name="isChat">Chat completion or plain completion.</param>
    /// <returns>One generation for each answer asked for.</returns>
    /// <exception cref="Http.RequestRefusedException">It cannot be answered; nothing has been handed in.</exception>
    IReadOnlyList<Generation> Submit(EngineLoop loop, in RequestScan scan, ReadOnlyMemory<byte> body, bool isChat);

    /// <summary>The UTF-8 bytes of a token, for the probabilities of tokens.</summary>
    ReadOnlySpan<byte> Piece(int token);
}
