using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace PowerShellEngine.Host;

/// <summary>
/// Writes to the console as pwsh does: errors to stderr, everything else to stdout, with a word in front of
/// verbose, debug and warning lines.
/// </summary>
internal sealed partial class EngineHostInterface : PSHostUserInterface
{
    private const ConsoleColor NoColor = (ConsoleColor)(-1);

    private readonly object _lock = new();
    private readonly EngineRawInterface _raw = new();
    private readonly bool _colors =
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <inheritdoc/>
    public override PSHostRawUserInterface RawUI => _raw;

    /// <inheritdoc/>
    public override bool SupportsVirtualTerminal => _colors;

    /// <inheritdoc/>
    public override void Write(string value)
    {
        lock (_lock)
        {
            Console.Out.Write(value);
        }
    }

    /// <inheritdoc/>
    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value)
    {
        lock (_lock)
        {
            if (!_colors)
            {
                Console.Out.Write(value);
                return;
            }

            if (foregroundColor != NoColor)
            {
                Console.ForegroundColor = foregroundColor;
            }

            if (backgroundColor != NoColor)
            {
                Console.BackgroundColor = backgroundColor;
            }

            Console.Out.Write(value);
            Console.ResetColor();
        }
    }

    /// <inheritdoc/>
    public override void WriteLine(string value)
    {
        lock (_lock)
        {
            Console.Out.WriteLine(value);
        }
    }

    /// <inheritdoc/>
    public override void WriteErrorLine(string value)
    {
        lock (_lock)
        {
            Console.Out.Flush();
            Console.Error.WriteLine(value);
        }
    }

    /// <inheritdoc/>
    public override void WriteDebugLine(string message) => WriteColored(ConsoleColor.Yellow, $"DEBUG: {message}");

    /// <inheritdoc/>
    public override void WriteVerboseLine(string message) => WriteColored(ConsoleColor.Yellow, $"VERBOSE: {message}");

    /// <inheritdoc/>
    public override void WriteWarningLine(string message) => WriteColored(ConsoleColor.Yellow, $"WARNING: {message}");

    /// <summary>
    /// Shows progress on one line of a terminal. As in pwsh nothing is shown where the output goes to a file or a pipe.
    /// </summary>
    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        if (Console.IsErrorRedirected || Console.IsOutputRedirected)
        {
            return;
        }

        lock (_lock)
        {
            var width = _raw.WindowSize.Width - 1;
            var percent = record.PercentComplete >= 0 ? $" {record.PercentComplete}%" : string.Empty;
            var text = record.RecordType == ProgressRecordType.Completed
                ? string.Empty
                : $"{record.Activity}: {record.StatusDescription}{percent}";
            text = text.Length > width ? text[..width] : text.PadRight(width);
            Console.Error.Write($"\r{text}\r");
        }
    }

    /// <inheritdoc/>
    public override string ReadLine() =>
        Console.In.ReadLine() ?? throw new HostException("The script asks for input, but the standard input is at its end.");

    /// <inheritdoc/>
    public override SecureString ReadLineAsSecureString()
    {
        var secret = new SecureString();
        if (Console.IsInputRedirected)
        {
            foreach (var character in ReadLine())
            {
                secret.AppendChar(character);
            }
        }
        else
        {
            ReadKeys(secret);
        }

        secret.MakeReadOnly();
        return secret;
    }

    private static void ReadKeys(SecureString secret)
    {
        for (var key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key != ConsoleKey.Backspace)
            {
                secret.AppendChar(key.KeyChar);
            }
            else if (secret.Length > 0)
            {
                secret.RemoveAt(secret.Length - 1);
            }
        }

        Console.Out.WriteLine();
    }

    private void WriteColored(ConsoleColor color, string line)
    {
        Write(color, NoColor, line);
        WriteLine();
    }
}
