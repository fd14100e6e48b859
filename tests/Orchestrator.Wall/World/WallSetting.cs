namespace Orchestrator.Wall;

/// <summary>In which world a scenario is run.</summary>
/// <param name="Protocol">What the servers speak.</param>
/// <param name="Mode">How the caller asks.</param>
/// <param name="Clock">The time of all parts.</param>
/// <param name="Seed">The router's source of chance.</param>
internal sealed record WallSetting(IWallProtocol Protocol, WallMode Mode, WallClock Clock, int Seed = 1);
