function Invoke-Dynamics365Request {
    <#
    .SYNOPSIS
    Sends any request to the Web API of a Dynamics 365 environment.

    .DESCRIPTION
    Sends a request with the sign-in, the retries and the errors of the other commands, and writes the body of the reply: objects where it is JSON, text where
    it is not, nothing where it is empty. A list comes as the object that the Web API sends, with its rows in the property 'value'.
    Requests that change something support -WhatIf and -Confirm.

    .PARAMETER Method
    GET, POST, PATCH, PUT or DELETE. Without it, GET.

    .PARAMETER Path
    The path and query below the Web API, such as "systemusers?`$top=3", or a whole address of the same environment, such as a next link.

    .PARAMETER Body
    The body: text as it is, anything else (a hashtable) as JSON.

    .PARAMETER Header
    Further headers, as a hashtable, such as @{ Prefer = 'return=representation' }.

    .PARAMETER FullResponse
    Write an object with StatusCode, Header and Body in place of the body alone.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    (Invoke-Dynamics365Request -Path 'teams?$select=name&$top=10').value

    Lists teams.

    .EXAMPLE
    Invoke-Dynamics365Request -Method POST -Path teams -Body @{ name = 'Reviewers'; teamtype = 0 } -Header @{ Prefer = 'return=representation' }

    Creates a team and writes its row.

    .INPUTS
    None.

    .OUTPUTS
    System.Object
    #>
    [CmdletBinding(PositionalBinding = $false, SupportsShouldProcess, ConfirmImpact = 'Medium')]
    [OutputType('System.Object', 'Dynamics365.Response')]
    param(
        [Parameter(Mandatory, Position = 0)] [ValidateNotNullOrEmpty()] [string] $Path,
        [ValidateSet('GET', 'POST', 'PATCH', 'PUT', 'DELETE')] [string] $Method = 'GET',
        $Body,
        [System.Collections.IDictionary] $Header,
        [switch] $FullResponse,
        $Connection
    )
    . $script:UseCallerPreference
    $target = Resolve-Connection $PSCmdlet $Connection
    $verb = $Method.ToUpperInvariant()
    try {
        if ($verb -cne 'GET' -and -not $PSCmdlet.ShouldProcess("$Path in $($target.Name)", $verb)) { return }
        $headers = $null
        if ($null -ne $Header) {
            $texts = [ordered]@{}
            foreach ($name in @($Header.Keys)) { $texts[[string]$name] = [string]$Header[$name] }
            $headers = ConvertTo-JsonText $texts
        }
        $bytes = $null
        $length = 0
        if ($null -ne $Body) {
            if ($Body -is [string]) { $text = $Body } else { $text = ConvertTo-JsonText $Body }
            $bytes = [System.Text.Encoding]::UTF8.GetBytes($text)
            $length = $bytes.Length
        }
        $arguments = @($verb, $Path, $headers, $bytes, [System.IntPtr]$length)
        $reply = ConvertFrom-JsonText (Invoke-Operation -Cmdlet $PSCmdlet -Connection $target -Function 'd365_request' -Arguments $arguments)
        if ($FullResponse) {
            $response = (Get-DataType 'Response')::new()
            $response.StatusCode = $reply.status
            $response.Header = $reply.headers
            $response.Body = $reply.body
            $response
        }
        elseif ($null -ne $reply.body) { $reply.body }
    }
    catch { Write-Failure $PSCmdlet $_ $Path }
}
