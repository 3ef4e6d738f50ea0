using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace HalfFull.Gateway.Access;

/// <summary>
/// The keys of one configuration. The slow check of a key is made once; from then on it is known by a hash with a secret of this process in front, which
/// never leaves it and costs a microsecond or two. Thread-safe.
/// </summary>
internal sealed class KeyRing
{
    private const int MostRefused = 4096;
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    private readonly (ApiKey Key, Caller Caller)[] keys;
    private readonly ConcurrentDictionary<UInt128, (ApiKey Key, Caller Caller)> known = new();
    private readonly ConcurrentDictionary<UInt128, bool> refused = new();

    /// <summary>A ring that keeps what the one before has found out, and the use of limits that did not change.</summary>
    public KeyRing(IReadOnlyList<ApiKey> keys, KeyRing? before)
    {
        this.keys = [.. keys.Select(key => (key, Caller.Of(key, LimitOf(key, before))))];
        foreach (var (digest, (old, _)) in before?.known ?? [])
        {
            var same = Array.FindIndex(this.keys, entry => string.Equals(entry.Key.Hash.ToString(), old.Hash.ToString(), StringComparison.Ordinal));
            if (same >= 0)
            {
                known[digest] = this.keys[same];
            }
        }
    }

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => keys.Length == 0;

    /// <summary>Looks a key up without a slow check.</summary>
    /// <returns>False when it was never checked; a null caller when it is wrong.</returns>
    public bool TryFind(string key, out Caller? caller)
    {
        var digest = Digest(key);
        caller = known.TryGetValue(digest, out var found) ? found.Caller : null;
        return caller is not null || refused.ContainsKey(digest) || !MayMatch(key);
    }

    /// <summary>Checks a key slowly and remembers what came out.</summary>
    /// <returns>Its caller; null when it is wrong.</returns>
    public Caller? Check(string key)
    {
        var digest = Digest(key);
        foreach (var entry in keys)
        {
            if (IsCandidate(entry.Key, key) && entry.Key.Hash.Matches(key))
            {
                known[digest] = entry;
                return entry.Caller;
            }
        }

        if (refused.Count >= MostRefused)
        {
            refused.Clear();
        }

        refused[digest] = true;
        return null;
    }

    private static bool IsCandidate(ApiKey entry, string key) =>
        entry.Hash.Id.Length == 0 || string.Equals(entry.Hash.Id, KeyHash.IdOf(key), StringComparison.Ordinal);

    private static RateLimit? LimitOf(ApiKey key, KeyRing? before)
    {
        var same = Array.Find(before?.keys ?? [], entry => string.Equals(entry.Key.Name, key.Name, StringComparison.Ordinal));
        return same.Key is { } old && (old.RequestsPerMinute, old.TokensPerMinute) == (key.RequestsPerMinute, key.TokensPerMinute)
            ? same.Caller.Limit
            : RateLimit.Of(key);
    }

    private static UInt128 Digest(string key)
    {
        Span<byte> text = stackalloc byte[Secret.Length + Encoding.UTF8.GetMaxByteCount(AccessControl.MostKeyLength)];
        Secret.CopyTo(text);
        var length = Secret.Length + Encoding.UTF8.GetBytes(key, text[Secret.Length..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text[..length], hash);
        return new UInt128(BitConverter.ToUInt64(hash), BitConverter.ToUInt64(hash[8..]));
    }

    private bool MayMatch(string key)
    {
        foreach (var (entry, _) in keys)
        {
            if (IsCandidate(entry, key))
            {
                return true;
            }
        }

        return false;
    }
}
