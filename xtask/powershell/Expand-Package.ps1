# Unpacks a release into an empty folder as its user would, and looks at it: a line `ok <name>` or `not ok <name>` for each check.
# Without the modules Utility and Management, so that the engine host runs it too.
param([Parameter(Mandatory)] [string] $Package, [Parameter(Mandatory)] [string] $Sums, [Parameter(Mandatory)] [string] $Folder)

$ErrorActionPreference = 'Stop'
$null = [System.Reflection.Assembly]::Load('System.IO.Compression.FileSystem, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089')

function Write-Check {
    param([string] $Name, [scriptblock] $Check)
    $said = ''
    try { $good = [bool](& $Check) } catch { $good = $false; $said = ": $_" }
    [System.Console]::Out.WriteLine($(if ($good) { "ok $Name" } else { "not ok $Name$said" }))
}

Write-Check 'the sums are those of the files beside them' {
    $lines = @([System.IO.File]::ReadAllLines($Sums))
    $algorithm = [System.Security.Cryptography.SHA256]::Create()
    foreach ($line in $lines) {
        $sum, $name = $line -split '  ', 2
        $bytes = [System.IO.File]::ReadAllBytes([System.IO.Path]::Combine([System.IO.Path]::GetDirectoryName($Sums), $name))
        $actual = [System.BitConverter]::ToString($algorithm.ComputeHash($bytes)).Replace('-', '').ToLowerInvariant()
        if ($actual -cne $sum) { throw "$name has $actual" }
    }
    $lines.Length -eq 2
}

Write-Check '.NET unpacks the ZIP file' {
    [System.IO.Compression.ZipFile]::ExtractToDirectory($Package, $Folder)
    [System.IO.Directory]::GetFileSystemEntries($Folder).Length -gt 0
}

Write-Check 'everything is in it' {
    $expected = 'CHANGELOG.md', 'LICENSE', 'THIRD-PARTY-LICENSES.txt', 'dynamics365.cdx.json', 'native/include/dynamics365.h', 'Connector/Connector.ps1',
        'Connector/README.md', 'Dynamics365/Dynamics365.psd1', 'Dynamics365/Dynamics365.psm1', 'Dynamics365/LICENSE', 'Dynamics365/THIRD-PARTY-LICENSES.txt',
        'Dynamics365/en-US/about_Dynamics365.help.txt'
    $missing = @($expected | Where-Object { -not [System.IO.File]::Exists([System.IO.Path]::Combine($Folder, $_)) })
    if ($missing.Length -gt 0) { throw "missing: $($missing -join ', ')" }
    $true
}

$manifest = [System.IO.Path]::Combine($Folder, 'Dynamics365', 'Dynamics365.psd1')
Write-Check 'the manifest is fit for the PowerShell Gallery' {
    $problems = @()
    $module = Test-ModuleManifest -Path $manifest -ErrorAction SilentlyContinue -ErrorVariable problems
    if ($problems.Count -gt 0) { throw $problems[0] }
    $data = $module.PrivateData.PSData
    foreach ($name in 'Tags', 'ReleaseNotes', 'ProjectUri', 'LicenseUri', 'Prerelease') { if (-not $data[$name]) { throw "no $name" } }
    $module.Author -and $module.Description -and $module.CompatiblePSEditions.Count -eq 2
}

Write-Check 'the module is imported from there, with all its commands' {
    $module = Import-Module -Name $manifest -PassThru
    $null = Get-Dynamics365Connection
    $module.ExportedCommands.Count -gt 20 -and $module.ModuleBase -eq [System.IO.Path]::GetDirectoryName($manifest)
}

Write-Check 'the bill of materials names the crates and their licences' {
    $bill = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($Folder, 'dynamics365.cdx.json')) | ConvertFrom-Json
    $licenses = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($Folder, 'THIRD-PARTY-LICENSES.txt'))
    foreach ($component in $bill.components) {
        if (-not $component.licenses[0].expression -or $component.hashes[0].content.Length -ne 64) { throw "$($component.name) is not described" }
        if (-not $licenses.Contains("$($component.name) $($component.version)")) { throw "$($component.name) has no licence" }
    }
    $bill.bomFormat -eq 'CycloneDX' -and $bill.components.Count -gt 50 -and @($bill.components.name) -contains 'rustls'
}
