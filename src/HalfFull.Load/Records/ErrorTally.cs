using HalfFull.Load.OpenAi;

namespace HalfFull.Load.Records;

/// <summary>Counts failed requests by class and keeps the first message of each.</summary>
internal sealed class ErrorTally
{
    private readonly long[] counts = new long[Enum.GetValues<ErrorClass>().Length];
    private readonly string?[] messages = new string?[Enum.GetValues<ErrorClass>().Length];

    /// <summary>Failed requests of all classes.</summary>
    public long Total => counts.Sum();

    /// <summary>Counts a request unless nothing went wrong.</summary>
    public void Add(ErrorClass error, string? message)
    {
        if (error != ErrorClass.None)
        {
            counts[(int)error]++;
            messages[(int)error] ??= message;
        }
    }

    /// <summary>The classes that occurred, in the order of <see cref="ErrorClass"/>.</summary>
    public IReadOnlyDictionary<string, long> Counts() => Occurred().ToDictionary(ErrorClassName.Of, error => counts[(int)error], StringComparer.Ordinal);

    /// <summary>The first message of each class that has one.</summary>
    public IReadOnlyDictionary<string, string> Messages() => Occurred()
        .Where(error => messages[(int)error] is not null)
        .ToDictionary(ErrorClassName.Of, error => messages[(int)error]!, StringComparer.Ordinal);

    private IEnumerable<ErrorClass> Occurred() => Enum.GetValues<ErrorClass>().Where(error => counts[(int)error] > 0);
}
