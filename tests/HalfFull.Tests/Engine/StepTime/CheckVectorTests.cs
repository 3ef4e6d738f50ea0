using System.Globalization;
using HalfFull.Engine.StepTime;

namespace HalfFull.Tests.Engine.StepTime;

public sealed class CheckVectorTests
{
    [SharedFact(Calibration.Models)]
    public void Every_check_vector_agrees_to_four_digits()
    {
        var checkedVectors = 0;
        foreach (var vector in Calibration.Read().GetProperty("check_vectors").EnumerateArray())
        {
            var decodes = vector.GetProperty("num_decodes").GetInt32();
            var shape = StepShape.Decode(decodes, (long)(decodes * vector.GetProperty("mean_decode_len").GetDouble()));
            foreach (var chunk in vector.GetProperty("prefill_chunks_q_c").EnumerateArray())
            {
                shape = shape.WithChunk(chunk[0].GetInt32(), chunk[1].GetInt32());
            }

            var model = OwnEntry(
                vector.GetProperty("device").GetString()!, vector.GetProperty("model").GetString()!, vector.GetProperty("tp").GetInt32());
            var micros = model.Create(Calibration.NoOverhead).Predict(shape).TotalMicroseconds;
            Assert.Equal(
                vector.GetProperty("expected_step_us_without_overhead").GetDouble(),
                double.Parse(micros.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));
            checkedVectors++;
        }

        Assert.Equal(98, checkedVectors);
    }

    [SharedFact(Calibration.Models)]
    public void Every_entry_of_the_calibration_is_in_the_catalogue_with_its_provenance()
    {
        var calibration = Calibration.Read();
        foreach (var (list, provenance) in new[] { ("step_models", Provenance.Fitted), ("derived_step_models", Provenance.Predicted) })
        {
            foreach (var entry in calibration.GetProperty(list).EnumerateArray())
            {
                var found = OwnEntry(
                    entry.GetProperty("device").GetString()!, entry.GetProperty("model").GetString()!, entry.GetProperty("tp").GetInt32());
                Assert.Equal(provenance, found.Provenance);
            }
        }

        Assert.Equal(71, StepModelCatalog.Entries.Count(entry => entry.Provenance == Provenance.Fitted));
    }

    [SharedFact(Calibration.Models)]
    public void Predicted_entries_have_the_kv_capacity_that_the_calibration_states()
    {
        foreach (var entry in Calibration.Read().GetProperty("derived_step_models").EnumerateArray())
        {
            var found = OwnEntry(
                entry.GetProperty("device").GetString()!, entry.GetProperty("model").GetString()!, entry.GetProperty("tp").GetInt32());
            Assert.Equal(entry.GetProperty("kv_capacity_tokens").GetInt64(), found.KvCapacityTokens);
        }
    }

    [SharedFact(Calibration.Models)]
    public void Overhead_profiles_are_those_of_the_calibration()
    {
        var expected = Calibration.Read().GetProperty("overhead_ms").EnumerateObject().Select(profile => (
            profile.Name,
            Math.Round(profile.Value.GetProperty("base_ms").GetDouble() * 1000, 3),
            Math.Round(profile.Value.GetProperty("per_seq_ms").GetDouble() * 1000, 3)));
        Assert.Equal(expected, StepModelCatalog.Overheads.Select(profile => (profile.Name, profile.BaseMicros, profile.MicrosPerSequence)));
    }

    /// <summary>By enumeration, because <see cref="StepModelCatalog.Find"/> refuses entries that do not fit in memory.</summary>
    private static StepModelEntry OwnEntry(string gpu, string model, int tp) => StepModelCatalog.Entries.Single(entry =>
        string.Equals(entry.Gpu.Name, gpu, StringComparison.Ordinal)
        && string.Equals(entry.Model.Name, ModelName.Canonical(model), StringComparison.Ordinal)
        && entry.Tp == tp);
}
