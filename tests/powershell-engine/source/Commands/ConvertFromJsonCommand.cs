using System.Globalization;
using System.Management.Automation;
using System.Text;
using System.Text.Json;

namespace PowerShellEngine.Commands;

/// <summary>
/// ConvertFrom-Json as Microsoft.PowerShell.Utility has it, for JSON texts without options: objects become objects with properties, whole
/// numbers long, other numbers double. Dates stay text.
/// </summary>
[Cmdlet(VerbsData.ConvertFrom, "Json")]
public sealed class ConvertFromJsonCommand : PSCmdlet
{
    private readonly StringBuilder _text = new();

    /// <summary>The JSON text; several inputs are the lines of one text.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [AllowEmptyString]
    public string InputObject { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void ProcessRecord() => _text.AppendLine(InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        try
        {
            using var document = JsonDocument.Parse(_text.ToString());
            WriteObject(Convert(document.RootElement), enumerateCollection: true);
        }
        catch (JsonException e)
        {
            ThrowTerminatingError(new ErrorRecord(
                new ArgumentException($"Conversion from JSON failed with error: {e.Message}", e),
                "System.ArgumentException", ErrorCategory.NotSpecified, null));
        }
    }

    private static object? Convert(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => ConvertObject(element),
        JsonValueKind.Array => element.EnumerateArray().Select(Convert).ToArray(),
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Number => element.TryGetInt64(out var whole)
            ? whole
            : double.Parse(element.GetRawText(), CultureInfo.InvariantCulture),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    private static PSObject ConvertObject(JsonElement element)
    {
        var result = new PSObject();
        foreach (var property in element.EnumerateObject())
        {
            result.Properties.Add(new PSNoteProperty(property.Name, Convert(property.Value)));
        }

        return result;
    }
}
