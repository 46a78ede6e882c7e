using System.Text;
using PowerShellEngine.Host;
using PowerShellEngine.Running;
using PowerShellEngine.Session;

namespace PowerShellEngine;

/// <summary>The entry point.</summary>
internal static class Program
{
    /// <summary>The exit code for a command line that makes no sense (as in sysexits.h).</summary>
    private const int UsageExitCode = 64;

    private static int Main(string[] arguments)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

        CommandLine commandLine;
        try
        {
            commandLine = CommandLine.Parse(arguments);
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine($"powershell-engine: {e.Message}");
            Console.Error.WriteLine(CommandLine.Usage);
            return UsageExitCode;
        }

        if (commandLine.Mode == RunMode.Help)
        {
            Console.WriteLine(CommandLine.Usage);
            return 0;
        }

        var host = new EngineHost();
        using var runspace = EngineSession.Open(host);
        return commandLine.Mode switch
        {
            RunMode.File => ScriptRun.File(runspace, host, commandLine.Script, commandLine.Arguments),
            RunMode.Command => ScriptRun.Text(runspace, host, commandLine.Script),
            RunMode.Pester => PesterRun.Run(runspace, commandLine.Arguments, commandLine.TestName),
            _ => throw new InvalidOperationException("Unreachable: every mode has its branch."),
        };
    }
}
