# The objects that commands write, made of the JSON that the library returns.

# An object of a row type from a JSON object: properties that it lacks are null.
function ConvertTo-RowObject {
    param($Json, [string] $Type)
    (Get-DataType $Type)::new((Get-FieldText -Json $Json -Name (Get-RowName $Type)), 0)
}

# The texts of these properties, in their order; empty where there is none.
function Get-FieldText {
    param($Json, [string[]] $Name)
    $properties = $Json.psobject.Properties
    $texts = [string[]]::new($Name.Length)
    for ($index = 0; $index -lt $Name.Length; $index++) {
        $property = $properties[$Name[$index]]
        $value = if ($null -ne $property) { $property.Value }
        if ($value -is [bool]) { $value = $value.ToString().ToLowerInvariant() }
        $texts[$index] = [string]$value
    }
    , $texts
}

# One row by id: typed, or with -Property an object that has those columns only.
function Get-Row {
    param($Cmdlet, $Connection, [string] $Function, [string] $Id, [string] $Type, [string[]] $Property)
    $asked = Join-Column $Property
    if ($null -eq $asked) { $asked = Get-UsualColumn $Type }
    $json = ConvertFrom-JsonText (Invoke-Operation -Cmdlet $Cmdlet -Connection $Connection -Function $Function -Arguments @($Id, $asked))
    if ($null -eq $Property -or $Property.Length -eq 0) { return ConvertTo-RowObject -Json $json -Type $Type }
    (Get-SelectedType -Name "Selected.Dynamics365.$Type" -Property $Property)::new((Get-FieldText -Json $json -Name $Property), 0)
}

# What a change of a user came to. Warnings of the library become warnings.
function ConvertTo-UserChange {
    param($Cmdlet, [string] $Text)
    $json = ConvertFrom-JsonText $Text
    $change = (Get-DataType 'UserChange')::new()
    $change.Action = $json.action
    $change.Changed = $json.changed
    $change.User = ConvertTo-RowObject -Json $json.user -Type 'User'
    $change.SystemUserId = $change.User.SystemUserId
    $change.FullName = $change.User.FullName
    $change.Changes = @(foreach ($entry in (Get-JsonList $json 'changes')) {
            $item = (Get-DataType 'AttributeChange')::new()
            $item.Attribute = $entry.attribute
            $item.Before = $entry.before
            $item.After = $entry.after
            $item
        })
    $change.Planned = $json.planned
    $change.RolesRemoved = @(foreach ($role in (Get-JsonList $json 'rolesRemoved')) { ConvertTo-RowObject -Json $role -Type 'Role' })
    $change.RolesRestored = @(foreach ($role in (Get-JsonList $json 'rolesRestored')) { ConvertTo-RowObject -Json $role -Type 'Role' })
    $change.RolesWithoutCopy = @(foreach ($role in (Get-JsonList $json 'rolesWithoutCopy')) { ConvertTo-RowObject -Json $role -Type 'Role' })
    foreach ($warning in (Get-JsonList $json 'warnings')) { $Cmdlet.WriteWarning($warning) }
    if (-not $change.Planned) { Write-RoleLoss -Cmdlet $Cmdlet -Change $change }
    $change
}

# A move usually costs roles: those that did not come back are worth a warning.
function Write-RoleLoss {
    param($Cmdlet, $Change)
    $user = "the user $($Change.FullName) ($($Change.SystemUserId))"
    if ($Change.RolesRestored.Length + $Change.RolesWithoutCopy.Length -gt 0) {
        if ($Change.RolesWithoutCopy.Length -gt 0) {
            $Cmdlet.WriteWarning("With the business unit, $user lost these roles, which have no copy in the new one: $(Join-RoleName $Change.RolesWithoutCopy).")
        }
    }
    elseif ($Change.RolesRemoved.Length -gt 0) {
        $Cmdlet.WriteWarning("With the business unit, $user lost these roles: $(Join-RoleName $Change.RolesRemoved). Roles belong to a business unit; assign the ones of the new unit, or use -RestoreRole.")
    }
}

function ConvertTo-RoleChange {
    param([string] $Text)
    $json = ConvertFrom-JsonText $Text
    New-RoleChange -User $json.user -Role $json.role -Action $json.action -Changed $json.changed -Planned $json.planned
}

# One object for each role of a set of roles.
function ConvertTo-RoleSet {
    param([string] $Text)
    $json = ConvertFrom-JsonText $Text
    foreach ($step in (Get-JsonList $json 'roles')) {
        $changed = -not $json.planned -and $step.action -cne 'Unchanged'
        New-RoleChange -User $json.user -Role $step.role -Action $step.action -Changed $changed -Planned $json.planned
    }
}

function New-RoleChange {
    param($User, $Role, [string] $Action, [bool] $Changed, [bool] $Planned)
    $change = (Get-DataType 'RoleChange')::new()
    $change.Action = $Action
    $change.Changed = $Changed
    $change.Planned = $Planned
    $change.SystemUserId = $User.systemuserid
    $change.FullName = $User.fullname
    $change.RoleId = $Role.roleid
    $change.RoleName = $Role.name
    $change
}

function ConvertTo-TeamRoleChange {
    param([string] $Text)
    $json = ConvertFrom-JsonText $Text
    $change = (Get-DataType 'TeamRoleChange')::new()
    $change.Action = $json.action
    $change.Changed = $json.changed
    $change.Planned = $json.planned
    $change.TeamId = $json.team.teamid
    $change.TeamName = $json.team.name
    $change.RoleId = $json.role.roleid
    $change.RoleName = $json.role.name
    $change
}

# A list of a JSON object; none where the object has no such name.
function Get-JsonList {
    param($Json, [string] $Name)
    $found = $Json.psobject.Properties[$Name]
    if ($null -eq $found -or $null -eq $found.Value) { return , @() }
    , @($found.Value)
}
