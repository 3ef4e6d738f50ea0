using System.Globalization;

namespace HalfFull.Cli.Output;

/// <summary>How figures are printed: three significant digits and a unit.</summary>
internal static class Figures
{
    /// <summary>A time, such as <c>31.2 ms</c> or <c>1.24 s</c>.</summary>
    public static string Seconds(double seconds) => seconds switch
    {
        0 => "0",
        < 0.9995 => $"{Three(seconds * 1e3)} ms",
        _ => $"{Three(seconds)} s",
    };

    /// <summary>A number of three significant digits.</summary>
    public static string Three(double value) => value switch
    {
        >= 999.5 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 99.95 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 9.995 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    /// <summary>A count with thousands separators.</summary>
    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A share as a percentage with one decimal.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0}%");
}
