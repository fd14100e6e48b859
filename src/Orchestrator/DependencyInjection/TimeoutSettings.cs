namespace Orchestrator.DependencyInjection;

internal static class TimeoutSettings
{
    public static TimeoutOptions? Read(SettingsReader owner)
    {
        if (owner.Section("Timeouts") is not { } reader)
            return null;
        var limits = new TimeoutOptions
        {
            Connect = reader.Limit("Connect"),
            FirstToken = reader.Limit("FirstToken"),
            Idle = reader.Limit("Idle"),
            Attempt = reader.Limit("Attempt"),
            Call = reader.Limit("Call"),
            Stream = reader.Limit("Stream"),
        };
        reader.RefuseUnknownKeys();
        return limits;
    }
}
