using System.Management.Automation;

namespace PowerShellEngine.Running;

/// <summary>While it lives, Ctrl+C stops the pipeline in place of ending the process.</summary>
internal sealed class InterruptWatch : IDisposable
{
    private readonly PowerShell _shell;
    private int _count;

    /// <summary>Begins to watch.</summary>
    public InterruptWatch(PowerShell shell)
    {
        _shell = shell;
        Console.CancelKeyPress += OnCancel;
    }

    /// <inheritdoc/>
    public void Dispose() => Console.CancelKeyPress -= OnCancel;

    private void OnCancel(object? sender, ConsoleCancelEventArgs e)
    {
        // The second Ctrl+C ends the process, in case the script does not let itself be stopped.
        if (Interlocked.Increment(ref _count) == 1)
        {
            e.Cancel = true;
            _shell.BeginStop(null, null);
        }
    }
}
