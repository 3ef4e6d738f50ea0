using HalfFull.Simulation.Workloads.Presets;
using HalfFull.Traces;

namespace HalfFull.Simulation.Workloads;

/// <summary>Opens what the user calls a trace: a preset by its name or a file by its path.</summary>
public static class WorkloadCatalog
{
    /// <summary>The workload of a preset or file; a file that carries a preset's name is reached as <c>./name</c>.</summary>
    /// <exception cref="WorkloadException">There is neither, or an option is out of range.</exception>
    /// <exception cref="TraceException">The file is no valid trace.</exception>
    public static Workload Open(string nameOrPath, WorkloadOptions options, ColumnMap? columns = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(nameOrPath);
        if (PresetCatalog.Find(nameOrPath) is { } preset)
        {
            if (columns is not null)
            {
                throw new WorkloadException($"Columns belong to a file, but '{nameOrPath}' is a preset; write ./{nameOrPath} for a file of that name.");
            }

            return Workload.Of(preset, options);
        }

        if (!Path.Exists(nameOrPath))
        {
            var names = string.Join(", ", PresetCatalog.All.Select(known => known.Name));
            throw new WorkloadException($"Trace '{nameOrPath}' is neither a file nor a preset; presets are {names}.");
        }

        return Workload.Of(TraceSource.Open(nameOrPath, columns), options);
    }
}
