using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Reflection;
using Microsoft.PowerShell;

namespace PowerShellEngine.Session;

/// <summary>Makes the runspace that scripts run in: the bare engine and the commands of this assembly.</summary>
internal static class EngineSession
{
    /// <summary>Opens a runspace; the script runs on the calling thread.</summary>
    public static Runspace Open(PSHost host)
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows())
        {
            // Elsewhere there are no execution policies, and setting one is refused.
            state.ExecutionPolicy = ExecutionPolicy.Bypass;
        }

        foreach (var command in Commands())
        {
            state.Commands.Add(command);
        }

        var runspace = RunspaceFactory.CreateRunspace(host, state);
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        Runspace.DefaultRunspace = runspace;
        return runspace;
    }

    private static IEnumerable<SessionStateCommandEntry> Commands()
    {
        foreach (var type in typeof(EngineSession).Assembly.GetTypes())
        {
            if (type.GetCustomAttribute<CmdletAttribute>() is { } cmdlet)
            {
                yield return new SessionStateCmdletEntry($"{cmdlet.VerbName}-{cmdlet.NounName}", type, null);
            }
        }
    }
}
