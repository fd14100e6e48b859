namespace Orchestrator.Providers;

/// <summary>What a credential of Yandex Cloud is, by its look.</summary>
internal enum YandexGptCredentialLook
{
    Other,
    ApiKey,
    IamToken,
    OAuthToken,
}
