using System.Management.Automation;
using System.Text.RegularExpressions;

namespace PowerShellEngine.Running;

/// <summary>Gives the arguments of the command line to a script, as <c>pwsh -File</c> does.</summary>
internal static partial class ScriptArguments
{
    /// <summary>
    /// Adds the arguments to the last command of the shell: <c>-Name value</c>, <c>-Name:value</c>, <c>-Switch</c>, or values by position.
    /// A switch of the script takes no value from the argument behind it.
    /// </summary>
    public static void Add(PowerShell shell, CommandInfo? script, IReadOnlyList<string> arguments)
    {
        for (var i = 0; i < arguments.Count; i++)
        {
            var match = ParameterName().Match(arguments[i]);
            if (!match.Success)
            {
                shell.AddArgument(arguments[i]);
            }
            else if (match.Groups["value"].Success)
            {
                shell.AddParameter(match.Groups["name"].Value, ValueOf(match.Groups["value"].Value));
            }
            else if (!IsSwitch(script, match.Groups["name"].Value) && i + 1 < arguments.Count && !ParameterName().IsMatch(arguments[i + 1]))
            {
                shell.AddParameter(match.Groups["name"].Value, arguments[++i]);
            }
            else
            {
                shell.AddParameter(match.Groups["name"].Value);
            }
        }
    }

    private static bool IsSwitch(CommandInfo? script, string name) =>
        script?.Parameters?.TryGetValue(name, out var parameter) == true && parameter.SwitchParameter;

    // -Switch:$false is the one value that pwsh reads as more than text.
    private static object ValueOf(string text) => text.ToLowerInvariant() switch
    {
        "$true" => true,
        "$false" => false,
        _ => text,
    };

    [GeneratedRegex(@"^-(?<name>[A-Za-z_]\w*)(:(?<value>.*))?$", RegexOptions.Singleline)]
    private static partial Regex ParameterName();
}
