namespace HalfFull.Load.Sweeping;

/// <summary>One trial at one rate.</summary>
/// <param name="RequestsPerSecond">Offered rate.</param>
/// <param name="Repeat">Which trial at this rate, from 0.</param>
/// <param name="Holds">Whether enough requests met the SLO.</param>
public readonly record struct RatePoint(double RequestsPerSecond, int Repeat, bool Holds);
