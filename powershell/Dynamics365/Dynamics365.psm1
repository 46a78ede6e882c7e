# The module Dynamics365: users, roles and business units of a Dynamics 365 (Dataverse) environment.
# Script only, for Windows PowerShell 5.1 and PowerShell 7. All requests are made by the native library in bin/.

Set-StrictMode -Version Latest

# The folder of the module: bin/ lies beside this file.
$script:ModuleRoot = $PSScriptRoot

# A release is one file, since opening many makes an import slow: it has the text of the files in place of the marked lines.
# <join>
foreach ($folder in 'Private', 'Public') {
    $files = [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($script:ModuleRoot, $folder), '*.ps1')
    [System.Array]::Sort($files, [System.StringComparer]::Ordinal)
    foreach ($file in $files) { . $file }
}
# </join>

# What the commands share within one runspace. Nothing is loaded before the first command that needs it.
$script:Native = $null
$script:Types = $null
$script:Connections = [System.Collections.Generic.List[object]]::new()
$script:DefaultConnection = $null
