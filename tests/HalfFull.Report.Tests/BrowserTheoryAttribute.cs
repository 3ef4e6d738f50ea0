namespace HalfFull.Report.Tests;

/// <summary>A theory that needs Chromium; skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute()
    {
        if (Chromium.Path is null)
        {
            Skip = "Chromium is not installed; install it or set HALFFULL_CHROMIUM.";
        }
    }
}
