namespace PowerShellEngine;

/// <summary>What the process was asked to do.</summary>
internal enum RunMode
{
    /// <summary>Run a script file.</summary>
    File,

    /// <summary>Run a text.</summary>
    Command,

    /// <summary>Run *.Tests.ps1 files.</summary>
    Pester,

    /// <summary>Print the usage.</summary>
    Help,
}

/// <summary>The parsed command line.</summary>
internal sealed class CommandLine
{
    /// <summary>How to call the program.</summary>
    public const string Usage = """
        powershell-engine --file <script.ps1> [arguments...]   run a script; its exit code is the process's
        powershell-engine --command "<text>"                   run a text
        powershell-engine --pester <file or folder>... [--name <wildcard>]
                                                               run *.Tests.ps1; exit code 1 when any test failed
        """;

    private CommandLine(RunMode mode) => Mode = mode;

    /// <summary>What to do.</summary>
    public RunMode Mode { get; }

    /// <summary>The script's path or the text to run.</summary>
    public string Script { get; private init; } = string.Empty;

    /// <summary>The script's arguments, or the files and folders with tests.</summary>
    public IReadOnlyList<string> Arguments { get; private init; } = [];

    /// <summary>Which tests to run; null for all.</summary>
    public string? TestName { get; private init; }

    /// <summary>Reads the arguments of the process.</summary>
    /// <exception cref="ArgumentException">The arguments make no sense; the message says why.</exception>
    public static CommandLine Parse(string[] arguments)
    {
        if (arguments.Length == 0)
        {
            throw new ArgumentException("Nothing to do: give --file, --command or --pester.");
        }

        return arguments[0] switch
        {
            "--file" => ParseFile(arguments),
            "--command" => ParseCommand(arguments),
            "--pester" => ParsePester(arguments),
            "--help" or "-h" or "-?" => new CommandLine(RunMode.Help),
            var other => throw new ArgumentException($"Unknown option '{other}': give --file, --command or --pester first."),
        };
    }

    private static CommandLine ParseFile(string[] arguments)
    {
        if (arguments.Length < 2)
        {
            throw new ArgumentException("--file needs the path of a script.");
        }

        var path = Path.GetFullPath(arguments[1]);
        if (!File.Exists(path))
        {
            throw new ArgumentException($"The script '{arguments[1]}' does not exist.");
        }

        return new CommandLine(RunMode.File) { Script = path, Arguments = arguments[2..] };
    }

    private static CommandLine ParseCommand(string[] arguments) => arguments.Length == 2
        ? new CommandLine(RunMode.Command) { Script = arguments[1] }
        : throw new ArgumentException($"--command takes one text, but {arguments.Length - 1} arguments follow it: quote the text.");

    private static CommandLine ParsePester(string[] arguments)
    {
        var paths = new List<string>();
        string? name = null;
        for (var i = 1; i < arguments.Length; i++)
        {
            if (arguments[i] != "--name")
            {
                paths.Add(arguments[i]);
            }
            else if (++i < arguments.Length)
            {
                name = arguments[i];
            }
            else
            {
                throw new ArgumentException("--name needs a wildcard.");
            }
        }

        return paths.Count > 0
            ? new CommandLine(RunMode.Pester) { Arguments = paths, TestName = name }
            : throw new ArgumentException("--pester needs a file or a folder.");
    }
}
