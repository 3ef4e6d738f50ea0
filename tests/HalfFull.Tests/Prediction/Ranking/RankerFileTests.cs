using System.Text;
using HalfFull.Prediction.Ranking;

namespace HalfFull.Tests.Prediction.Ranking;

public sealed class RankerFileTests : IDisposable
{
    private static readonly TrainedRanker Trained = RankerTraining.Train(RankerTrainingTests.Log(300), seed: 1);
    private readonly TemporaryFolder folder = new();
    private readonly string path;

    public RankerFileTests()
    {
        path = folder.File("r.hfr");
        RankerFile.Write(path, Trained, "some.jsonl", 1);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_was_written_reads_back_bit_for_bit()
    {
        var read = RankerFile.Read(path);
        Assert.Equal(Trained.Ranker.Weights.ToArray(), read.Weights.ToArray());
        Assert.Equal(Trained.Ranker.Scores.ToArray(), read.Scores.ToArray());
        Assert.Equal(Trained.Ranker.Tokens.ToArray(), read.Tokens.ToArray());
        Assert.Equal(["r.hfr"], folder.Names());
    }

    [Fact]
    public void The_same_training_writes_the_same_bytes()
    {
        RankerFile.Write(folder.File("again.hfr"), RankerTraining.Train(RankerTrainingTests.Log(300), seed: 1), "some.jsonl", 1);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(folder.File("again.hfr")));
    }

    [Fact]
    public void Any_damaged_byte_is_noticed()
    {
        var bytes = File.ReadAllBytes(path);
        var rng = new Rng(1);
        for (var i = 0; i < 200; i++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[rng.NextInt32(damaged.Length)] ^= (byte)(1 << rng.NextInt32(8));
            File.WriteAllBytes(path, damaged);
            AssertRefused();
        }

        File.WriteAllBytes(path, bytes[..^10]);
        Assert.Contains("is damaged: its checksum does not fit", AssertRefused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("arrival_s,prompt_tokens\n1,2\n")]
    [InlineData("{\"weights\":[]}")]
    [InlineData("halffull.ranker/1\n")]
    public void A_foreign_file_is_refused(string content)
    {
        File.WriteAllText(path, content);
        Assert.Equal($"'{path}' is no ranker; halffull train-ranker writes one.", AssertRefused());
    }

    [Fact]
    public void Another_version_is_refused()
    {
        File.WriteAllText(path, "halffull.ranker/2 sha256 00\n{}");
        Assert.Contains("is of version 2, but this program reads version 1", AssertRefused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ranker_of_other_features_is_refused()
    {
        Rewrite(static body => body.Replace(RankerFeatures.Name, "embeddings/3", StringComparison.Ordinal));
        Assert.Contains("was trained on the features 'embeddings/3', but this program has 'buckets/1'", AssertRefused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"weights\"")]
    [InlineData("\"scores\"")]
    [InlineData("{")]
    public void A_document_without_what_is_needed_is_refused_even_with_a_checksum_that_fits(string missing)
    {
        Rewrite(body => body.Replace(missing, "\"x\"", StringComparison.Ordinal));
        Assert.Contains("cannot be used", AssertRefused(), StringComparison.Ordinal);
    }

    private void Rewrite(Func<string, string> change)
    {
        var text = File.ReadAllText(path);
        var body = change(text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(body)));
        File.WriteAllText(path, $"halffull.ranker/1 sha256 {hash}\n{body}");
    }

    private string AssertRefused()
    {
        var message = Assert.Throws<InvalidDataException>(() => RankerFile.Read(path)).Message;
        Assert.EndsWith(".", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        return message;
    }
}
