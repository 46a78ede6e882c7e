# Functions of a module do not see the preference variables of a script that calls them: without this, $WhatIfPreference or
# $ErrorActionPreference set there, or by -WhatIf on the caller's own function, would go unnoticed. Every command runs it
# (. $script:UseCallerPreference) before anything else; parameters such as -WhatIf and -ErrorAction still win.
$script:UseCallerPreference = {
    if ($PSCmdlet.SessionState -ne $ExecutionContext.SessionState) {
        $callerVariables = $PSCmdlet.SessionState.PSVariable
        # One by one, and only what differs: this is a part of the time of every command.
        $callerValue = $callerVariables.GetValue('ErrorActionPreference')
        if ($null -ne $callerValue -and $callerValue -ne $ErrorActionPreference) { $ErrorActionPreference = $callerValue }
        $callerValue = $callerVariables.GetValue('WarningPreference')
        if ($null -ne $callerValue -and $callerValue -ne $WarningPreference) { $WarningPreference = $callerValue }
        $callerValue = $callerVariables.GetValue('VerbosePreference')
        if ($null -ne $callerValue -and $callerValue -ne $VerbosePreference) { $VerbosePreference = $callerValue }
        $callerValue = $callerVariables.GetValue('WhatIfPreference')
        if ($null -ne $callerValue -and $callerValue -ne $WhatIfPreference) { $WhatIfPreference = $callerValue }
        $callerValue = $callerVariables.GetValue('ConfirmPreference')
        if ($null -ne $callerValue -and $callerValue -ne $ConfirmPreference) { $ConfirmPreference = $callerValue }
        $callerValue = $callerVariables.GetValue('ProgressPreference')
        if ($null -ne $callerValue -and $callerValue -ne $ProgressPreference) { $ProgressPreference = $callerValue }
    }
}
