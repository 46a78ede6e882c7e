function Test-Dynamics365Connection {
    <#
    .SYNOPSIS
    Finds out whether a connection works.

    .DESCRIPTION
    Signs in if need be and asks the environment who is signed in (WhoAmI). The result says whether that worked; where it did not, it names
    the step that failed (Configuration, Connection, SignIn, ApplicationUser or WhoAmI) and says what to do. A failed test is a result, not an error.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Test-Dynamics365Connection

    Tests the default connection.

    .EXAMPLE
    Connect-Dynamics365 -Url https://test.crm4.dynamics.com -Credential $credential -SkipTest | Test-Dynamics365Connection

    Makes a connection without a request, and tests it.

    .INPUTS
    Dynamics365.Connection

    .OUTPUTS
    Dynamics365.ConnectionTest
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('Dynamics365.ConnectionTest')]
    param([Parameter(Position = 0, ValueFromPipeline)] $Connection)
    begin { . $script:UseCallerPreference }
    process {
        $tested = Resolve-Connection $PSCmdlet $Connection
        $result = (Get-DataType 'ConnectionTest')::new()
        $result.Name = $tested.Name
        $result.Url = $tested.Url
        $result.Step = 'WhoAmI'
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        try {
            Update-Connection -Cmdlet $PSCmdlet -Connection $tested
            $result.Success = $true
            $result.UserId = $tested.UserId
            $result.BusinessUnitId = $tested.BusinessUnitId
            $result.OrganizationId = $tested.OrganizationId
            $result.Message = "Signed in to $($tested.Url) as the user $($tested.UserId)."
        }
        catch {
            $exception = $_.Exception
            if ($exception -isnot (Get-DataType 'RequestException')) { $PSCmdlet.ThrowTerminatingError($_) }
            $result.Message = $exception.Message
            $result.ErrorId = $exception.Status
            $result.StatusCode = $exception.StatusCode
            $result.ErrorCode = $exception.ErrorCode
            switch -CaseSensitive ($exception.Status) {
                'InvalidConfiguration' { $result.Step = 'Configuration' }
                'NotConnected' { $result.Step = 'Configuration' }
                'ServiceUnavailable' { $result.Step = 'Connection' }
                'TimedOut' { $result.Step = 'Connection' }
                'AuthenticationFailed' { $result.Step = 'SignIn' }
                'AccessDenied' { $result.Step = 'ApplicationUser' }
            }
        }
        $result.Duration = $watch.Elapsed
        $result
    }
}
