using System.Security.Cryptography;

namespace Orchestrator.Testing;

/// <summary>A service account of a fake Yandex Cloud with an authorized key of its own. Thread-safe.</summary>
public sealed class FakeServiceAccount
{
    private readonly string _publicKey;

    /// <summary>Makes an account with a new RSA key of 2,048 bits.</summary>
    /// <param name="id">The account's id.</param>
    /// <param name="keyId">The key's id.</param>
    public FakeServiceAccount(string id = "ajefakeaccount000000", string keyId = "ajefakekey0000000000")
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        ArgumentException.ThrowIfNullOrWhiteSpace(keyId);
        (Id, KeyId) = (id, keyId);
        using var rsa = RSA.Create(2048);
        _publicKey = rsa.ExportSubjectPublicKeyInfoPem();
        var privateKey = $"PLEASE DO NOT REMOVE THIS LINE! Yandex.Cloud SA Key ID <{keyId}>\n{rsa.ExportPkcs8PrivateKeyPem()}\n";
        KeyJson = JsonText.Of(json =>
        {
            json.WriteString("id", keyId);
            json.WriteString("service_account_id", id);
            json.WriteString("created_at", "2026-01-01T00:00:00Z");
            json.WriteString("key_algorithm", "RSA_2048");
            json.WriteString("public_key", _publicKey + "\n");
            json.WriteString("private_key", privateKey);
        });
    }

    /// <summary>The account's id.</summary>
    public string Id { get; }

    /// <summary>The key's id.</summary>
    public string KeyId { get; }

    /// <summary>The authorized key as its file holds it, private key included.</summary>
    public string KeyJson { get; }

    /// <summary>The public half of the key. The caller disposes it.</summary>
    /// <returns>The key.</returns>
    public RSA CreatePublicKey()
    {
        var rsa = RSA.Create();
        rsa.ImportFromPem(_publicKey);
        return rsa;
    }

    /// <summary>The ids; no key.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"{Id}, key {KeyId}";
}
