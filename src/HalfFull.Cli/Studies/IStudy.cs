using HalfFull.Simulation.Runs;

namespace HalfFull.Cli.Studies;

/// <summary>A comparison that <c>compare --preset</c> knows by name: what is run, and the tables that it yields for a page of the documentation.</summary>
internal interface IStudy
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>What it compares, in a few words, for help.</summary>
    string Summary { get; }

    /// <summary>Title of its page, for a page that does not exist yet.</summary>
    string Title { get; }

    /// <summary>Options of compare that may be given beside it; it decides all others.</summary>
    IReadOnlyCollection<string> Options { get; }

    /// <summary>The generated parts of its page, in order.</summary>
    IReadOnlyList<string> Parts { get; }

    /// <summary>What is run.</summary>
    IReadOnlyList<RunPlan> Plan(StudySettings settings);

    /// <summary>The generated parts, in Markdown, in the order of <see cref="Parts"/>.</summary>
    /// <param name="settings">The settings with which it was planned.</param>
    /// <param name="results">What the runs did, in the order of the plan.</param>
    IReadOnlyList<string> Write(StudySettings settings, IReadOnlyList<StudyResult> results);
}
