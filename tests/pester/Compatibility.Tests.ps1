BeforeDiscovery {
    $root = [System.IO.Path]::GetDirectoryName([System.IO.Path]::GetDirectoryName($env:DYNAMICS365_MODULE))
    $files = @(foreach ($file in [System.IO.Directory]::GetFiles($root, '*.ps*1', [System.IO.SearchOption]::AllDirectories)) { @{ Path = $file; Name = [System.IO.Path]::GetFileName($file) } })
}

Describe '<Name> runs in Windows PowerShell 5.1' -ForEach $files {
    BeforeAll {
        Import-Module -Name $env:DYNAMICS365_MODULE -Global
        $tokens = $null
        $errors = $null
        $ast = [System.Management.Automation.Language.Parser]::ParseFile($Path, [ref]$tokens, [ref]$errors)
        $bytes = [System.IO.File]::ReadAllBytes($Path)
    }

    It 'is ASCII: 5.1 reads other files by the code page of the machine' {
        @($bytes | Where-Object { $_ -gt 127 }).Length | Should -Be 0
    }

    It 'has no syntax error' {
        @($errors).Length | Should -Be 0
    }

    It 'has none of the operators and blocks that came with PowerShell 7' {
        $new = 'QuestionQuestion', 'QuestionQuestionEquals', 'QuestionMark', 'QuestionDot', 'QuestionLBracket', 'AndAnd', 'OrOr', 'Clean'
        @($tokens | Where-Object { $new -contains $_.Kind.ToString() } | ForEach-Object { "$($_.Text) in line $($_.Extent.StartLineNumber)" }) -join '; ' | Should -Be ''
        @($ast.FindAll({ param($node) $node.GetType().Name -in 'TernaryExpressionAst', 'PipelineChainAst' }, $true)).Length | Should -Be 0
    }

    It 'uses no parameter of ForEach-Object or others that came with PowerShell 7' {
        $new = @($ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandParameterAst] -and $node.ParameterName -in 'Parallel', 'AsHashtable', 'AsUTC' }, $true))
        $new.Length | Should -Be 0
    }

    It 'uses only members of .NET that the list of .NET Framework 4.8 has' {
        $members = @($ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.MemberExpressionAst] }, $true))
        $used = foreach ($member in $members) {
            if ($member.Static -and $member.Expression -is [System.Management.Automation.Language.TypeExpressionAst]) { $member.Expression.TypeName.FullName + '::' + $member.Member.Extent.Text }
            # A property may be one of the module's own objects; a function of the library is checked against the header, and a block's parts have variables for names.
            elseif ($member -is [System.Management.Automation.Language.InvokeMemberExpressionAst] -and $member.Member.Extent.Text -cmatch '^[A-Z]') { '.' + $member.Member.Extent.Text }
        }
        $listed = [System.IO.File]::ReadAllLines([System.IO.Path]::Combine($PSScriptRoot, 'FrameworkMembers.txt'))
        @(foreach ($one in $used) { if ($listed -cnotcontains $one) { $one } }) -join '; ' | Should -Be ''
    }

    It 'names no type that came after .NET Framework 4.8' {
        $types = 'System.Text.Json', 'NativeLibrary', 'System.Half', 'DateOnly', 'TimeOnly', 'MemoryExtensions', 'HashCode'
        $names = @($ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.TypeExpressionAst] -or $node -is [System.Management.Automation.Language.TypeConstraintAst] }, $true) |
                ForEach-Object { $_.TypeName.FullName })
        @($names | Where-Object { $name = $_; @($types | Where-Object { $name -like "*$_*" }).Length -gt 0 }) -join '; ' | Should -Be ''
    }

    It 'uses two-argument calls of Split, Replace and Contains only as .NET Framework has them' {
        # Contains(string, StringComparison), Replace(string, string, StringComparison), Split(string): newer than 4.8.
        $calls = @($ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.InvokeMemberExpressionAst] -and $null -ne $node.Arguments }, $true))
        $newer = @($calls | Where-Object {
                $name = $_.Member.Extent.Text
                ($name -eq 'Contains' -and $_.Arguments.Count -gt 1) -or ($name -eq 'Replace' -and $_.Arguments.Count -gt 2 -and $_.Expression.Extent.Text -notlike '*regex*' -and $_.Expression.Extent.Text -notlike '*File*')
            })
        @($newer | ForEach-Object { $_.Extent.Text }) -join '; ' | Should -Be ''
    }

    It 'calls only commands of the engine itself and its own functions' {
        $own = @($ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.FunctionDefinitionAst] }, $true) | ForEach-Object { $_.Name })
        $engine = 'ForEach-Object', 'Where-Object', 'Import-Module', 'Get-Module', 'Export-ModuleMember', 'Out-Null', 'Set-StrictMode', 'Get-Command', 'Register-ArgumentCompleter'
        $module = @((Get-Module -Name Dynamics365).ExportedCommands.Keys)
        $names = @($ast.FindAll({ param($node) $node -is [System.Management.Automation.Language.CommandAst] }, $true) | ForEach-Object { $_.GetCommandName() } | Where-Object { $null -ne $_ })
        @($names | Where-Object { $own -notcontains $_ -and $engine -notcontains $_ -and $module -notcontains $_ }) -join '; ' | Should -Be ''
    }
}

Describe 'The signatures that the module binds' {
    It 'are those of the header, word for word, and all of them' {
        Import-Module -Name $env:DYNAMICS365_MODULE -Global
        $bound = [string[]]@(& (Get-Module -Name Dynamics365) { $script:NativeDeclarations })
        $header = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($env:DYNAMICS365_ROOT, 'include', 'dynamics365.h'))
        $code = [regex]::Replace([regex]::Replace($header, '(?m)//.*$', ''), '\s+', ' ')
        $declared = [string[]]@([regex]::Matches($code, '(const char \*|\w+ )d365_\w+\([^;]*\);') | ForEach-Object { $_.Value })
        [array]::Sort($bound, [System.StringComparer]::Ordinal)
        [array]::Sort($declared, [System.StringComparer]::Ordinal)
        $bound.Length | Should -BeGreaterThan 30
        ($bound -join "`n") | Should -BeExactly ($declared -join "`n")
    }
}
