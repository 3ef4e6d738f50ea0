using System.Text;
using HalfFull.Gateway.Workers;

namespace HalfFull.Gateway.Tests.Workers;

public sealed class PromptPrefixTests
{
    [Fact]
    public void A_conversation_that_grew_shares_its_leading_units()
    {
        var first = Hashes($"{{\"messages\":[{{\"role\":\"user\",\"content\":\"{new string('a', 150)}\"}}]}}");
        var second = Hashes($"{{\"model\":\"m\",\"messages\":[{{\"role\":\"user\",\"content\":\"{new string('a', 150)}\"}},{{\"role\":\"assistant\",\"content\":\"{new string('b', 100)}\"}}]}}");
        Assert.Equal(2, first.Length);
        Assert.Equal(3, second.Length);
        Assert.Equal(first, second[..2]);
    }

    [Fact]
    public void A_change_at_the_start_changes_every_unit()
    {
        var one = Hashes($"{{\"prompt\":\"x{new string('a', 200)}\"}}");
        var other = Hashes($"{{\"prompt\":\"y{new string('a', 200)}\"}}");
        Assert.Empty(one.Intersect(other));
    }

    [Fact]
    public void Token_ids_count_as_they_are() =>
        Assert.Equal(2, Hashes($"{{\"prompt\":[{string.Join(',', Enumerable.Range(0, 40))}]}}").Length);

    private static long[] Hashes(string body) => PromptPrefix.Hashes(Encoding.UTF8.GetBytes(body), 16);
}
