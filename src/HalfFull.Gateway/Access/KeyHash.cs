using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HalfFull.Gateway.Access;

/// <summary>
/// A key as the configuration holds it: <c>pbkdf2-sha256:ITERATIONS:ID:SALT:HASH</c> (PKCS #5 PBKDF2 of RFC 8018; salt and hash in base64url). The id is the
/// public part of a key made here, so that a wrong key costs one slow check at most; it is empty for keys that were made elsewhere.
/// </summary>
public sealed class KeyHash
{
    /// <summary>What is accepted, as a phrase for error messages.</summary>
    public const string Accepts = "the hash that 'halffull key' prints, such as pbkdf2-sha256:100000:1f0c9a2e:SALT:HASH";

    private const string Scheme = "pbkdf2-sha256";
    private const int Iterations = 100_000;
    private const int MostIterations = 10_000_000;
    private const int SaltBytes = 16;
    private const int HashBytes = 32;
    private const int SecretBytes = 32;
    private const int IdBytes = 4;
    private const string KeyPrefix = "hf-";

    private readonly int iterations;
    private readonly byte[] salt;
    private readonly byte[] hash;

    private KeyHash(int iterations, string id, byte[] salt, byte[] hash)
    {
        this.iterations = iterations;
        this.salt = salt;
        this.hash = hash;
        Id = id;
    }

    /// <summary>The public part of the key; empty when it has none.</summary>
    public string Id { get; }

    /// <summary>A fresh key: 256 random bits behind a public id.</summary>
    public static string CreateKey() =>
        $"{KeyPrefix}{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdBytes))}-{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes))}";

    /// <summary>Hashes a key with a fresh salt.</summary>
    public static KeyHash Of(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        var fresh = RandomNumberGenerator.GetBytes(SaltBytes);
        return new KeyHash(Iterations, IdOf(key), fresh, Derive(key, fresh, Iterations));
    }

    /// <summary>Reads a hash.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out KeyHash? parsed)
    {
        parsed = null;
        var parts = text?.Split(':') ?? [];
        if (parts.Length != 5 || !string.Equals(parts[0], Scheme, StringComparison.Ordinal)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > MostIterations
            || !Base64Url.IsValid(parts[3]) || !Base64Url.IsValid(parts[4]))
        {
            return false;
        }

        var derived = Base64Url.DecodeFromChars(parts[4]);
        parsed = derived.Length == HashBytes ? new KeyHash(count, parts[2], Base64Url.DecodeFromChars(parts[3]), derived) : null;
        return parsed is not null;
    }

    /// <summary>The public part of a key; empty when it was not made here.</summary>
    public static string IdOf(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var end = KeyPrefix.Length + (2 * IdBytes);
        return key.StartsWith(KeyPrefix, StringComparison.Ordinal) && key.Length > end && key[end] == '-' ? key[KeyPrefix.Length..end] : string.Empty;
    }

    /// <summary>Whether it is the hash of a key: slow on purpose, and equally slow whatever is wrong.</summary>
    public bool Matches(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return CryptographicOperations.FixedTimeEquals(Derive(key, salt, iterations), hash);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Scheme}:{iterations}:{Id}:{Base64Url.EncodeToString(salt)}:{Base64Url.EncodeToString(hash)}");

    private static byte[] Derive(string key, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(key), salt, iterations, HashAlgorithmName.SHA256, HashBytes);
}
