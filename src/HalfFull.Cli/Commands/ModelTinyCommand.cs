using System.CommandLine;
using System.Globalization;
using HalfFull.Cli.Options;
using HalfFull.Cli.Output;
using HalfFull.Engine.Gguf;
using Spectre.Console;

namespace HalfFull.Cli.Commands;

/// <summary><c>halffull model tiny</c>: writes a model of random weights.</summary>
internal static class ModelTinyCommand
{
    private const long Quantized = 50_000_000;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var target = TextOption.Any("--out", "FILE", "File to write [default: tiny.gguf]");
        var parameters = TextOption.Of("--params", "N", ParameterCount.Parse, "About how many parameters, such as 4m, 125m or 1b; the nearest shape is taken [default: 4m]");
        var type = TextOption.Of("--type", "NAME", WeightType.Parse, "Number format of the weights: f32, f16, q8_0 or q4_0 [default: f32, from 50m parameters on q4_0]");
        var seed = NumberOption.Whole("--seed", 1, 0, int.MaxValue, "Seed of the weights");
        var embedding = new Option<bool>("--embedding") { Description = "Make it one that gives embeddings too: the mean of its tokens' vectors" };
        var command = new Command("tiny", "Write a GGUF model of random weights, for tests, demonstrations and measuring: it runs like a real model of its size, but its text is noise.")
        {
            target, parameters, type, seed, embedding,
        };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(target) ?? "tiny.gguf";
            var shape = TinyShape.Of(parsed.GetValue(parameters)?.Value ?? 1);
            var format = parsed.GetValue(type) ?? new WeightType(shape.Parameters < Quantized ? GgufTensorType.F32 : GgufTensorType.Q4);
            long bytes;
            using (var file = new AtomicFile(path))
            {
                TinyModel.Write(file.Stream, shape, format.Type, "tiny", (ulong)parsed.GetValue(seed), parsed.GetValue(embedding) ? Pooling.Mean : null);
                bytes = file.Stream.Length;
                file.Commit();
            }

            Screen.Output().WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{path}: {shape.Parameters / 1e6:0.0} million parameters ({shape.Layers} layers of {shape.Width}, {shape.Vocabulary} tokens), {format.Name}, {bytes / 1e6:0.0} MB. Its weights are random and its text is noise."));
        });
        HelpWithExample.Show(command, "model tiny --out tiny.gguf", "model tiny --params 125m --type q4_0 --out tiny-125m.gguf");
        return command;
    }
}
