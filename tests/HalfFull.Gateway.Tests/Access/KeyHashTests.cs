using HalfFull.Gateway.Access;

namespace HalfFull.Gateway.Tests.Access;

public sealed class KeyHashTests
{
    [Fact]
    public void A_hash_reads_back_and_fits_its_own_key_only()
    {
        var key = KeyHash.CreateKey();
        var hash = KeyHash.Of(key);
        Assert.True(KeyHash.TryParse(hash.ToString(), out var read));
        Assert.True(read.Matches(key));
        Assert.False(read.Matches(key + "x"));
        Assert.False(read.Matches(KeyHash.CreateKey()));
        Assert.Equal(KeyHash.IdOf(key), read.Id);
        Assert.DoesNotContain(key[12..], hash.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(hash.ToString(), KeyHash.Of(key).ToString());
    }

    [Theory]
    [InlineData("sk-1234567890abcdef", "")]
    [InlineData("hf-12345678-x", "12345678")]
    [InlineData("hf-12345678", "")]
    [InlineData("", "")]
    public void Only_keys_made_here_have_an_id(string key, string id) => Assert.Equal(id, KeyHash.IdOf(key));

    [Theory]
    [InlineData(null)]
    [InlineData("secret")]
    [InlineData("pbkdf2-sha256:0::AAAA:AAAA")]
    [InlineData("pbkdf2-sha256:1000::AAAA:AAAA")]
    [InlineData("pbkdf2-sha256:1000::A*A:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("sha1:1000::AAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_hash_is_refused(string? text) => Assert.False(KeyHash.TryParse(text, out _));

    [Fact]
    public void The_smallest_hash_is_accepted() =>
        Assert.True(KeyHash.TryParse("pbkdf2-sha256:1000::AAAA:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", out _));
}
