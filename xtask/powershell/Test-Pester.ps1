# Exits with 0 where this PowerShell has Pester 5.
$found = @(Get-Module -Name Pester -ListAvailable | Where-Object { $_.Version.Major -eq 5 })
exit [int]($found.Count -eq 0)
