# Uses one of several versions of the module that lie side by side, as a process of its own: a line `ok <name>` or `not ok <name>` for each check.
# Without the modules Utility and Management, so that the engine host runs it too.
param(
    # The folder with Connector.ps1, and with the folder Dynamics365 that has a folder for each version.
    [Parameter(Mandatory)] [string] $Folder,
    # The version that must be taken.
    [Parameter(Mandatory)] [string] $Version,
    [Parameter(Mandatory)] [string] $Url,
    [Parameter(Mandatory)] [string] $Login,
    # Where to say that the library is loaded, and to be told to go on; 0: nobody waits.
    [int] $Port,
    # A library that another process has loaded.
    [string] $InUse,
    # Another version, to be imported into the same process.
    [string] $Other
)

$ErrorActionPreference = 'Stop'

function Write-Check {
    param([string] $Name, [scriptblock] $Check)
    $said = ''
    try { $good = [bool](& $Check) } catch { $good = $false; $said = ": $_" }
    [System.Console]::Out.WriteLine($(if ($good) { "ok $Name" } else { "not ok $Name$said" }))
}

$secret = [securestring]::new()
foreach ($character in $env:DYNAMICS365_SECRET.ToCharArray()) { $secret.AppendChar($character) }

# Signs in with the version of the module that is given, and works with it.
function Test-Work {
    param([System.Management.Automation.PSModuleInfo] $Module, [string] $Name)
    $connect, $get = foreach ($command in 'Connect-Dynamics365', 'Get-Dynamics365User') { $Module.ExportedCommands[$command] }
    $null = & $connect -Url $Url -Authority $Url -Credential ([pscredential]::new($Login, $secret)) -Name $Name
    @(& $get -Connection $Name -First 1).Length -eq 1
}

# The libraries of the module in this process, by the version that their folder is named after.
function Get-LoadedVersion {
    foreach ($loaded in [System.Diagnostics.Process]::GetCurrentProcess().Modules) {
        if ($loaded.FileName -match '[\\/]([0-9.]+)[\\/]bin[\\/][^\\/]+[\\/](lib)?dynamics365\.') { $Matches[1] }
    }
}

# The connector finds it where it looks, whatever the account has among its own modules.
. ([System.IO.Path]::Combine($Folder, 'Connector.ps1'))
Write-Check "the connector takes version $Version" {
    Import-ConnectorModule
    [string](Get-Module -Name Dynamics365).Version -ceq $Version
}
$module = Get-Module -Name Dynamics365
Write-Check "version $Version works, with the library of its own folder" {
    (Test-Work $module 'first') -and (@(Get-LoadedVersion) -join ' ') -ceq $Version
}

if ($Port -gt 0) {
    $client = [System.Net.Sockets.TcpClient]::new('127.0.0.1', $Port)
    $writer = [System.IO.StreamWriter]::new($client.GetStream())
    $writer.WriteLine('loaded')
    $writer.Flush()
    $null = [System.IO.StreamReader]::new($client.GetStream()).ReadLine()
    $client.Dispose()
    Write-Check "version $Version goes on working beside the newer one" {
        @(& $module.ExportedCommands['Get-Dynamics365User'] -Connection 'first' -First 1).Length -eq 1 -and (Test-Work $module 'again')
    }
}

if ($InUse) {
    Write-Check 'Windows keeps a library in use from being replaced' {
        $before = [System.IO.File]::ReadAllBytes($InUse).Length
        try { [System.IO.File]::WriteAllBytes($InUse, [byte[]](1, 2, 3)) }
        catch { return $_.Exception.InnerException -is [System.IO.IOException] -or $_.Exception.InnerException -is [System.UnauthorizedAccessException] }
        throw "$before bytes were written over"
    }
}

if ($Other) {
    Write-Check 'another version in the same process works beside it, each with its own library' {
        $second = Import-Module -Name $Other -PassThru
        (Test-Work $second 'first') -and (Test-Work $module 'third') -and @(Get-LoadedVersion).Length -eq 2
    }
}
