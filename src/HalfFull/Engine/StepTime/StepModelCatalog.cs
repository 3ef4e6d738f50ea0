namespace HalfFull.Engine.StepTime;

/// <summary>The built-in step models by GPU, model and tensor-parallel degree.</summary>
public static class StepModelCatalog
{
    /// <summary>Name of the overhead profile used unless another is asked for. It is an assumption, not a measurement.</summary>
    public const string DefaultOverhead = "async_assumed";

    private static readonly int[] Degrees = [1, 2, 4, 8];
    private static readonly Lazy<IReadOnlyList<StepModelEntry>> All = new(WithStandIns);

    /// <summary>
    /// Every entry, in the order of GPUs, models and degrees. A model without curves of its own on a GPU appears with those of a
    /// model of the same shape. Entries with a KV capacity of 0 do not fit and cannot be found by <see cref="Find"/>.
    /// </summary>
    public static IReadOnlyList<StepModelEntry> Entries => All.Value;

    /// <summary>GPUs, in a fixed order.</summary>
    public static IReadOnlyList<Gpu> Gpus => StepModelData.Default.Gpus;

    /// <summary>Models, in a fixed order.</summary>
    public static IReadOnlyList<ModelShape> Models => StepModelData.Default.Models;

    /// <summary>Overhead profiles, in a fixed order.</summary>
    public static IReadOnlyList<OverheadProfile> Overheads => StepModelData.Default.Overheads;

    /// <summary>The entry for a GPU, a model (canonical or original name) and a degree of tensor parallelism.</summary>
    /// <exception cref="StepModelNotFoundException">A name is unknown, nothing was fitted or predicted, or the model does not fit.</exception>
    public static StepModelEntry Find(string gpu, string model, int tp)
    {
        var foundGpu = FindGpu(gpu);
        var foundModel = FindModel(model);
        var entries = Entries.Where(entry => entry.Gpu == foundGpu && entry.Model == foundModel).ToArray();
        var fitting = entries.Where(entry => entry.KvCapacityTokens > 0).Select(entry => entry.Tp).ToArray();
        var onGpu = $"{foundModel.Name} on {foundGpu.Name}";
        if (Degrees.Contains(tp) && foundModel.KvCapacityTokens(foundGpu, tp) == 0)
        {
            throw new StepModelNotFoundException(
                $"{foundModel.Name} does not fit on {foundGpu.Name} with tp {tp}; {Fits(fitting)}.");
        }

        return Array.Find(entries, entry => entry.Tp == tp) ?? throw new StepModelNotFoundException(entries.Length == 0
            ? $"There is no step model of {onGpu}; models there: {Listed(ModelsOn(foundGpu))}."
            : $"There is no step model of {onGpu} with tp {tp}; tp that exist: {Listed(fitting)}.");
    }

    /// <summary>The overhead profile of that name.</summary>
    /// <exception cref="StepModelNotFoundException">There is none.</exception>
    public static OverheadProfile FindOverhead(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Overheads.FirstOrDefault(profile => string.Equals(profile.Name, name, StringComparison.OrdinalIgnoreCase))
            ?? throw Unknown("overhead profile", name, Overheads.Select(profile => profile.Name));
    }

    private static Gpu FindGpu(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Gpus.FirstOrDefault(gpu => string.Equals(gpu.Name, name.Trim(), StringComparison.OrdinalIgnoreCase)
                || string.Equals(gpu.Title, name.Trim(), StringComparison.OrdinalIgnoreCase))
            ?? throw Unknown("GPU", name, Gpus.Select(gpu => gpu.Name));
    }

    private static ModelShape FindModel(string name)
    {
        var canonical = ModelName.Canonical(name);
        return Models.FirstOrDefault(model => string.Equals(model.Name, canonical, StringComparison.Ordinal))
            ?? throw Unknown("model", name, Models.Select(model => model.Name));
    }

    private static StepModelEntry[] WithStandIns()
    {
        var own = StepModelData.Default.Entries;
        return Gpus.SelectMany(gpu => Models.SelectMany(model => EntriesOf(own, gpu, model))).ToArray();
    }

    private static IEnumerable<StepModelEntry> EntriesOf(IReadOnlyList<StepModelEntry> own, Gpu gpu, ModelShape model)
    {
        var onGpu = own.Where(entry => entry.Gpu == gpu);
        var exact = onGpu.Where(entry => entry.Model == model);
        return exact.Any() ? exact : onGpu.Where(entry => entry.Model.SameShape(model)).Select(entry => entry.For(model));
    }

    private static IEnumerable<string> ModelsOn(Gpu gpu) =>
        Entries.Where(entry => entry.Gpu == gpu && entry.KvCapacityTokens > 0)
            .Select(entry => entry.Model.Name)
            .Distinct(StringComparer.Ordinal);

    private static string Fits(int[] degrees) => degrees.Length == 0
        ? "no tp that exists would fit"
        : $"tp that fit: {Listed(degrees)}";

    private static StepModelNotFoundException Unknown(string what, string name, IEnumerable<string> known) =>
        new($"Unknown {what} '{name}'; known: {Listed(known)}.");

    private static string Listed<T>(IEnumerable<T> items) => string.Join(", ", items);
}
