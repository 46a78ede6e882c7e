using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PowerShellEngine.Running;

/// <summary>Runs test files by the scripts in source/Pester, which know the part of Pester's language that this project uses.</summary>
internal static class PesterRun
{
    // In this order: later ones use what earlier ones define.
    private static readonly string[] Scripts = ["Blocks.ps1", "Should.ps1", "Run.ps1"];

    /// <summary>Runs the tests of the files and folders; 1 when any failed.</summary>
    public static int Run(Runspace runspace, IReadOnlyList<string> paths, string? testName)
    {
        try
        {
            foreach (var script in Scripts)
            {
                using var definitions = PowerShell.Create(runspace);
                definitions.AddScript(Read(script), useLocalScope: false).Invoke();
                ThrowFirstError(definitions);
            }

            using var shell = PowerShell.Create(runspace);
            shell.AddCommand("Invoke-TestRun").AddParameter("Path", paths.ToArray()).AddParameter("Name", testName ?? "*");
            using var interrupt = new InterruptWatch(shell);
            var failed = shell.Invoke().LastOrDefault();
            ThrowFirstError(shell);
            return failed?.BaseObject is 0 ? 0 : 1;
        }
        catch (RuntimeException e)
        {
            ErrorDisplay.Show(runspace, e.ErrorRecord);
            Console.WriteLine("0 passed, 1 failed, 0 skipped");
            return 1;
        }
    }

    private static void ThrowFirstError(PowerShell shell)
    {
        if (shell.Streams.Error.FirstOrDefault() is { } error)
        {
            throw new RuntimeException(error.Exception.Message, error.Exception, error);
        }
    }

    private static string Read(string name)
    {
        using var stream = typeof(PesterRun).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
