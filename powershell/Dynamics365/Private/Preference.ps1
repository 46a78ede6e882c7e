# Functions of a module do not see the preference variables of a script that calls them: without this, $WhatIfPreference or
# $ErrorActionPreference set there, or by -WhatIf on the caller's own function, would go unnoticed. Every command runs it
# (. $script:UseCallerPreference) before anything else; parameters such as -WhatIf and -ErrorAction still win.
$script:UseCallerPreference = {
    if ($PSCmdlet.SessionState -ne $ExecutionContext.SessionState) {
        foreach ($preference in 'ErrorActionPreference', 'WarningPreference', 'VerbosePreference', 'WhatIfPreference', 'ConfirmPreference', 'ProgressPreference') {
            $value = $PSCmdlet.SessionState.PSVariable.GetValue($preference)
            if ($null -ne $value) { $ExecutionContext.SessionState.PSVariable.Set($preference, $value) }
        }
    }
}
