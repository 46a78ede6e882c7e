# Stands in for OpenIAM in the demo: each line of its input is a script that sets the globals of a request and calls a function of
# Connector.ps1; what comes back is written as lines of fields.
param([Parameter(Mandatory)] [string] $Connector)

. $Connector

function ConvertTo-Field {
    param($Value)
    if ($null -eq $Value) { return '' }
    ([string]$Value).Replace('\', '\\').Replace("`t", '\t').Replace("`r", '\r').Replace("`n", '\n')
}

function Write-Line {
    param([string] $Kind, [object[]] $Fields)
    $texts = foreach ($field in $Fields) { ConvertTo-Field $field }
    [System.Console]::Out.WriteLine("@@$Kind`t" + (@($texts) -join "`t"))
}

while ($null -ne ($step = [System.Console]::In.ReadLine())) {
    foreach ($item in @(. ([scriptblock]::Create($step)) 2>&1)) {
        if ($item -is [System.Management.Automation.ErrorRecord]) { Write-Line 'error' @($item.FullyQualifiedErrorId, $item.Exception.Message) }
        elseif ($item -is [System.Collections.IDictionary]) { Write-Line 'record' @(foreach ($key in $item.Keys) { "$key=$($item[$key])" }) }
        else { Write-Line 'result' @($item.Status, $item.ErrorCode, $item.IdentityName, $item.Changed, $item.ErrorMessage, (@($item.Messages) -join '; ')) }
    }
    Write-Line 'end' @()
    [System.Console]::Out.Flush()
}
