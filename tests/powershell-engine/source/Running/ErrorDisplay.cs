using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PowerShellEngine.Running;

/// <summary>Shows an error that ended a script, formatted by the engine like any other error.</summary>
internal static class ErrorDisplay
{
    /// <summary>Writes the record to the host's error stream.</summary>
    public static void Show(Runspace runspace, ErrorRecord record)
    {
        // Out-Default sends an object to the error stream when it carries this note.
        var shown = new PSObject(record);
        shown.Properties.Add(new PSNoteProperty("writeErrorStream", true));

        using var shell = PowerShell.Create(runspace);
        shell.AddCommand("Out-Default").Invoke(new[] { shown });
    }
}
