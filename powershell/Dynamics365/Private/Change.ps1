# Making changes: what -WhatIf and -Confirm show is the actual difference, worked out by the library before anything is changed.

# The bits of the flags of the library's functions (D365_PLAN and so on).
$script:Plan = [uint32]1
$script:AnyAttribute = [uint32]2
$script:RestoreRoles = [uint32]4

# Whether the command only tells what it would do. (The preference variable alone does not say so: UseCallerPreference sets it anew.)
function Test-WhatIf {
    param($Cmdlet)
    $bound = $Cmdlet.MyInvocation.BoundParameters
    if ($bound.ContainsKey('WhatIf')) { return [bool]$bound['WhatIf'] }
    [bool]$WhatIfPreference
}

# Whether the command asks before it changes something.
function Test-Asking {
    param($Cmdlet, [System.Management.Automation.ConfirmImpact] $Impact)
    $bound = $Cmdlet.MyInvocation.BoundParameters
    if ($bound.ContainsKey('Confirm')) { return [bool]$bound['Confirm'] }
    $ConfirmPreference -ne [System.Management.Automation.ConfirmImpact]::None -and [int]$Impact -ge [int]$ConfirmPreference
}

# Makes a change. -Arguments are those of the function between the client and the flags; -Convert makes the command's object of the result; -Target
# and -Action tell the change where nobody asks for more. With -WhatIf the plan is written, marked as planned.
function Invoke-Change {
    param($Cmdlet, $Connection, [string] $Function, [object[]] $Arguments, [uint32] $Flags = 0, [System.Management.Automation.ConfirmImpact] $Impact = 'Medium',
        [string] $Target, [string] $Action, [scriptblock] $Convert)
    $isWhatIf = Test-WhatIf $Cmdlet
    if ($isWhatIf -or (Test-Asking -Cmdlet $Cmdlet -Impact $Impact)) {
        $text = Invoke-Operation -Cmdlet $Cmdlet -Connection $Connection -Function $Function -Arguments ($Arguments + @([uint32]($Flags -bor $script:Plan)))
        $plan = & $Convert $text
        $difference = "$(Get-PlanText $plan) ($($Connection.Name))"
        if ($isWhatIf) {
            $null = $Cmdlet.ShouldProcess($difference, $difference, 'Confirm')
            return $plan
        }
        if (-not (Test-Planned $plan)) { return $plan }
        if (-not $Cmdlet.ShouldProcess($difference, "$difference$([System.Environment]::NewLine)Do you want to go on?", 'Confirm')) { return }
    }
    elseif (-not $Cmdlet.ShouldProcess($Target, $Action)) { return }
    & $Convert (Invoke-Operation -Cmdlet $Cmdlet -Connection $Connection -Function $Function -Arguments ($Arguments + @($Flags)))
}

# Whether a plan has anything to change.
function Test-Planned {
    param($Plan)
    foreach ($step in @($Plan)) { if ($step.Action -cne 'Unchanged') { return $true } }
    $false
}

# A plan in words.
function Get-PlanText {
    param($Plan)
    $texts = foreach ($step in @($Plan)) {
        if ($step -is (Get-DataType 'UserChange')) { Get-UserPlanText $step } else { Get-RolePlanText $step }
    }
    @($texts) -join '; '
}

function Get-RolePlanText {
    param($Step)
    $holder = if ($Step -is (Get-DataType 'TeamRoleChange')) { "team '$($Step.TeamName)' ($($Step.TeamId))" } else { "'$($Step.FullName)' ($($Step.SystemUserId))" }
    if ($Step.Action -ceq 'Added') { return "Assign role '$($Step.RoleName)' ($($Step.RoleId)) to $holder" }
    if ($Step.Action -ceq 'Removed') { return "Revoke role '$($Step.RoleName)' ($($Step.RoleId)) from $holder" }
    "Leave role '$($Step.RoleName)' of $holder as it is"
}

function Get-UserPlanText {
    param($Change)
    $user = "'$($Change.FullName)' ($($Change.SystemUserId))"
    if ($Change.Action -ceq 'Unchanged') { return "Leave $user as it is: nothing differs" }
    if ($Change.Action -ceq 'Created') { return "Create user '$($Change.User.InternalEmailAddress)$($Change.User.ApplicationId)'" }
    if ($Change.Action -ceq 'Deleted') { return "Delete user $user" }
    $differences = foreach ($difference in $Change.Changes) { "$($difference.Attribute) from '$($difference.Before)' to '$($difference.After)'" }
    $text = "Set $(@($differences) -join ', ') of $user"
    if ($Change.RolesRemoved.Length -gt 0) { $text += "; it loses the roles $(Join-RoleName $Change.RolesRemoved), unless the environment keeps them" }
    if ($Change.RolesRestored.Length -gt 0) { $text += "; put back in the new business unit: $(Join-RoleName $Change.RolesRestored)" }
    if ($Change.RolesWithoutCopy.Length -gt 0) { $text += "; without a copy there: $(Join-RoleName $Change.RolesWithoutCopy)" }
    $text
}

function Join-RoleName {
    param($Role)
    $names = foreach ($one in $Role) { "'$($one.Name)'" }
    @($names) -join ', '
}
