using System.Text;
using HalfFull.Gateway.OpenAi;

namespace HalfFull.Gateway.Tests.OpenAi;

public sealed class PrefixChainTests
{
    private static readonly PrefixSalt Salt = new(1, 2);
    private static readonly string Long = string.Concat(Enumerable.Range(0, 400).Select(i => $"word{i} "));

    [Fact]
    public void Prompts_that_begin_alike_have_equal_leading_hashes()
    {
        var first = Hashes(Chat(("system", Long), ("user", "One " + Long)));
        var second = Hashes(Chat(("system", Long), ("user", "Two " + Long)));
        var shared = (Long.Length + 16) / PrefixChain.UnitBytes;
        Assert.Equal(first[..shared], second[..shared]);
        Assert.All(first[shared..], hash => Assert.DoesNotContain(hash, second));
        Assert.InRange(first.Length, (2 * Long.Length / PrefixChain.UnitBytes) - 1, (2 * Long.Length / PrefixChain.UnitBytes) + 1);
    }

    [Fact]
    public void A_conversation_that_goes_on_keeps_its_hashes()
    {
        var before = Hashes(Chat(("user", Long)));
        var after = Hashes(Chat(("user", Long), ("assistant", Long), ("user", "And now?")));
        Assert.True(after.Length > before.Length);
        Assert.Equal(before, after[..before.Length]);
    }

    [Theory]
    [InlineData("\"model\":\"m\",", "\"model\":\"n\",", "")]
    [InlineData("\"model\":\"m\",", "\"model\":\"m\",", ",\"cache_salt\":\"a\"")]
    [InlineData("\"model\":\"m\",", "\"model\":\"m\",", ",\"lora_path\":\"a\"")]
    [InlineData("\"model\":\"m\",", "\"model\":\"m\",", ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]")]
    public void Model_cache_salt_adapter_and_tools_change_every_hash_wherever_they_stand(string one, string other, string end)
    {
        var first = Hashes($"{{{one}\"prompt\":\"{Long}\"}}");
        var second = Hashes($"{{{other}\"prompt\":\"{Long}\"{end}}}");
        Assert.NotEmpty(first);
        Assert.Empty(first.Intersect(second));
        if (end.Length > 0)
        {
            Assert.Equal(second, Hashes($"{{{end[1..]},{other}\"prompt\":\"{Long}\"}}"));
        }
    }

    [Fact]
    public void Another_salt_gives_other_hashes_and_none_gives_none()
    {
        var body = Encoding.UTF8.GetBytes($"{{\"prompt\":\"{Long}\"}}");
        Assert.Empty(RequestScanner.Scan(body, new PrefixSalt(1, 3)).PrefixHashes.ToArray().Intersect(Hashes($"{{\"prompt\":\"{Long}\"}}")));
        Assert.True(RequestScanner.Scan(body).PrefixHashes.IsEmpty);
        Assert.DoesNotContain("1", Salt.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Roles_pictures_and_the_ends_of_texts_count()
    {
        var plain = Hashes(Chat(("user", Long)));
        Assert.NotEqual(plain[0], Hashes(Chat(("system", Long)))[0]);
        Assert.NotEqual(plain[0], Hashes(Chat(("user", Long[..5]), ("user", Long[5..])))[0]);
        Assert.NotEqual(Hashes(Picture("data:image/png;base64,AAAA"))[0], Hashes(Picture("data:image/png;base64,AAAB"))[0]);

        static string Picture(string url) =>
            $"{{\"messages\":[{{\"role\":\"user\",\"content\":[{{\"type\":\"image_url\",\"image_url\":{{\"url\":\"{url}\"}}}},{{\"type\":\"text\",\"text\":\"{Long}\"}}]}}]}}";
    }

    [Fact]
    public void Ids_make_units_of_exactly_128_tokens()
    {
        var body = Encoding.UTF8.GetBytes($"{{\"prompt\":[{string.Join(',', Enumerable.Range(0, 300).Select(i => i % 7))}]}}");
        var scan = RequestScanner.Scan(body, Salt);
        Assert.Equal((2, 128), (scan.PrefixHashes.Length, scan.PrefixUnitTokens(3)));
        Assert.Equal(171, RequestScanner.Scan(Encoding.UTF8.GetBytes(Chat(("user", Long))), Salt).PrefixUnitTokens(3));
    }

    [Fact]
    public void Every_byte_of_a_unit_counts()
    {
        var text = new StringBuilder(new string('a', PrefixChain.UnitBytes));
        var seen = new HashSet<long>();
        for (var at = 0; at < PrefixChain.UnitBytes; at++)
        {
            text[at] = 'b';
            Assert.True(seen.Add(Hashes($"{{\"prompt\":\"{text}\"}}").Single()));
            text[at] = 'a';
        }
    }

    [Fact]
    public void Names_have_aliases_that_are_equal_for_equal_names()
    {
        Assert.Equal(Salt.Alias("wanda"), Salt.Alias("wanda"));
        Assert.NotEqual(Salt.Alias("wanda"), Salt.Alias("Wanda"));
        Assert.NotEqual(Salt.Alias("wanda"), new PrefixSalt(9, 2).Alias("wanda"));
        Assert.Matches("^~[0-9a-f]{16}$", Salt.Alias("wanda"));
    }

    private static long[] Hashes(string body) => RequestScanner.Scan(Encoding.UTF8.GetBytes(body), Salt).PrefixHashes.ToArray();

    private static string Chat(params (string Role, string Text)[] messages) =>
        $"{{\"messages\":[{string.Join(',', messages.Select(message => $"{{\"role\":\"{message.Role}\",\"content\":\"{message.Text}\"}}"))}]}}";
}
