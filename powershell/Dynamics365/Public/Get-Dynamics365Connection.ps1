function Get-Dynamics365Connection {
    <#
    .SYNOPSIS
    Lists the connections of this session.

    .DESCRIPTION
    Writes the connections that Connect-Dynamics365 opened in this session (this runspace): name, address, who is signed in, and which one is
    the default. A connection never holds a secret that could be shown.

    .PARAMETER Name
    The name of a connection; wildcards are allowed. Without it, all.

    .PARAMETER Default
    Only the default connection.

    .EXAMPLE
    Get-Dynamics365Connection

    Lists all connections.

    .EXAMPLE
    Get-Dynamics365Connection -Default

    Shows the connection that commands use when -Connection is not given.

    .INPUTS
    None.

    .OUTPUTS
    Dynamics365.Connection
    #>
    [CmdletBinding(PositionalBinding = $false, DefaultParameterSetName = 'Name')]
    [OutputType('Dynamics365.Connection')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Name')] [SupportsWildcards()] [string] $Name,
        [Parameter(Mandatory, ParameterSetName = 'Default')] [switch] $Default
    )
    . $script:UseCallerPreference
    foreach ($connection in $script:Connections.ToArray()) {
        if ($Default -and -not $connection.IsDefault) { continue }
        if ($PSBoundParameters.ContainsKey('Name') -and $connection.Name -notlike $Name) { continue }
        $connection
    }
    if ($PSBoundParameters.ContainsKey('Name') -and -not [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($Name)) {
        foreach ($connection in $script:Connections) { if ($connection.Name -eq $Name) { return } }
        $PSCmdlet.WriteError((New-Failure -Status 'ConnectionNotFound' -TargetObject $Name -Message "There is no connection named '$Name' in this session."))
    }
}
