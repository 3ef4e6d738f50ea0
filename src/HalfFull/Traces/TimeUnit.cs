namespace HalfFull.Traces;

/// <summary>How a trace writes the time of arrival.</summary>
public enum TimeUnit
{
    /// <summary>Found from the first value: a date-time by its form, a number by its size as seconds, ms, us or ns since 1970.</summary>
    Detect,

    /// <summary>Date and time, ISO 8601 or with a space for the T; UTC without a zone.</summary>
    DateTime,

    /// <summary>Seconds, with or without a fraction.</summary>
    Seconds,

    /// <summary>Milliseconds.</summary>
    Milliseconds,

    /// <summary>Microseconds.</summary>
    Microseconds,

    /// <summary>Nanoseconds.</summary>
    Nanoseconds,
}
