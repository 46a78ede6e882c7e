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

# Tab completion. The script blocks belong to the module, and find its functions.
$completed = @(
    @{ Parameter = 'Role'; Complete = { param($Command, $Parameter, $Word, $Ast, $Bound) Complete-Name -Kind Role -Command $Command -Word $Word -Bound $Bound }
        Commands = 'Add-Dynamics365UserRole', 'Remove-Dynamics365UserRole', 'Set-Dynamics365UserRole', 'Add-Dynamics365TeamRole', 'Remove-Dynamics365TeamRole',
        'Get-Dynamics365User', 'Get-Dynamics365RoleMember' }
    @{ Parameter = 'Name'; Complete = { param($Command, $Parameter, $Word, $Ast, $Bound) Complete-Name -Kind Role -Command $Command -Word $Word -Bound $Bound }
        Commands = 'Get-Dynamics365Role' }
    @{ Parameter = 'BusinessUnit'; Complete = { param($Command, $Parameter, $Word, $Ast, $Bound) Complete-Name -Kind BusinessUnit -Command $Command -Word $Word -Bound $Bound }
        Commands = 'Add-Dynamics365UserRole', 'Remove-Dynamics365UserRole', 'Set-Dynamics365UserRole', 'Add-Dynamics365TeamRole', 'Remove-Dynamics365TeamRole',
        'Get-Dynamics365User', 'Get-Dynamics365RoleMember', 'Get-Dynamics365Team' }
    @{ Parameter = 'BusinessUnitId'; Complete = { param($Command, $Parameter, $Word, $Ast, $Bound) Complete-Name -Kind BusinessUnit -Command $Command -Word $Word -Bound $Bound }
        Commands = 'Set-Dynamics365UserBusinessUnit' }
    @{ Parameter = 'Name'; Complete = { param($Command, $Parameter, $Word, $Ast, $Bound) Complete-Name -Kind BusinessUnit -Command $Command -Word $Word -Bound $Bound }
        Commands = 'Get-Dynamics365BusinessUnit' }
    @{ Parameter = 'Property'; Complete = { param($Command, $Parameter, $Word, $Ast, $Bound) Complete-Name -Kind Column -Command $Command -Word $Word -Bound $Bound }
        Commands = 'Get-Dynamics365User', 'Get-Dynamics365Role', 'Get-Dynamics365BusinessUnit', 'Get-Dynamics365Team', 'Get-Dynamics365Change' }
    @{ Parameter = 'Connection'; Complete = { param($Command, $Parameter, $Word, $Ast, $Bound) Complete-Name -Kind Connection -Command $Command -Word $Word -Bound $Bound }
        Commands = $null }
)
foreach ($one in $completed) {
    $commands = $one.Commands
    # Every command but Connect-Dynamics365 takes -Connection.
    if ($null -eq $commands) { $commands = $script:ConnectionCommands }
    Register-ArgumentCompleter -CommandName $commands -ParameterName $one.Parameter -ScriptBlock $one.Complete
}
