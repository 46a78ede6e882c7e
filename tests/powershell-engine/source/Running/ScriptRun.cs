using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PowerShellEngine.Host;

namespace PowerShellEngine.Running;

/// <summary>Runs one script to its end and tells the exit code, as <c>pwsh -File</c> and <c>pwsh -Command</c> do.</summary>
internal static class ScriptRun
{
    /// <summary>The exit code after Ctrl+C (128 + SIGINT).</summary>
    private const int InterruptedExitCode = 130;

    /// <summary>Runs a script file with its arguments.</summary>
    public static int File(Runspace runspace, EngineHost host, string path, IReadOnlyList<string> arguments) =>
        Run(runspace, host, shell =>
        {
            shell.AddCommand(path, useLocalScope: false);
            var script = runspace.SessionStateProxy.InvokeCommand.GetCommand(path, CommandTypes.ExternalScript);
            ScriptArguments.Add(shell, script, arguments);
        });

    /// <summary>Runs a text.</summary>
    public static int Text(Runspace runspace, EngineHost host, string text) =>
        Run(runspace, host, shell => shell.AddScript(text, useLocalScope: false));

    private static int Run(Runspace runspace, EngineHost host, Action<PowerShell> fill)
    {
        using var shell = PowerShell.Create(runspace);
        fill(shell);

        // Errors go the way of the output, so that Out-Default shows both in the order they were written.
        shell.Commands.Commands[^1].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        shell.AddCommand("Out-Default");

        using var interrupt = new InterruptWatch(shell);
        try
        {
            shell.Invoke();
            if (shell.InvocationStateInfo.State == PSInvocationState.Stopped)
            {
                return host.ExitCode ?? InterruptedExitCode;
            }

            // A script file that ends with `exit N` leaves N there. So does a native program that the script ran last.
            return host.ExitCode ?? runspace.SessionStateProxy.GetVariable("LASTEXITCODE") as int? ?? 0;
        }
        catch (PipelineStoppedException)
        {
            return host.ExitCode ?? InterruptedExitCode;
        }
        catch (RuntimeException e)
        {
            ErrorDisplay.Show(runspace, e.ErrorRecord);
            return host.ExitCode ?? 1;
        }
    }
}
