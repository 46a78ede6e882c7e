using System.Globalization;
using System.Management.Automation.Host;

namespace PowerShellEngine.Host;

/// <summary>The host that scripts see as <c>$Host</c>.</summary>
internal sealed class EngineHost : PSHost
{
    private readonly EngineHostInterface _interface = new();

    /// <summary>The code given to <c>exit</c>; null while no script asked to exit.</summary>
    public int? ExitCode { get; private set; }

    /// <inheritdoc/>
    public override string Name => "PowerShellEngineHost";

    /// <inheritdoc/>
    public override Version Version { get; } =
        typeof(PSHost).Assembly.GetName().Version ?? new Version(7, 6);

    /// <inheritdoc/>
    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <inheritdoc/>
    public override PSHostUserInterface UI => _interface;

    /// <inheritdoc/>
    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    /// <inheritdoc/>
    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    /// <inheritdoc/>
    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    /// <inheritdoc/>
    public override void EnterNestedPrompt() =>
        throw new NotSupportedException("This host has no prompt: it only runs scripts.");

    /// <inheritdoc/>
    public override void ExitNestedPrompt() =>
        throw new NotSupportedException("This host has no prompt: it only runs scripts.");

    /// <summary>Programs that scripts start write to the same console, nothing has to be prepared.</summary>
    public override void NotifyBeginApplication()
    {
    }

    /// <summary>Nothing was prepared, so nothing has to be put back.</summary>
    public override void NotifyEndApplication()
    {
    }
}
