# The host as a process: output, exit codes, arguments. DYNAMICS365_ENGINE is its program.
Describe 'powershell-engine' {
    BeforeAll {
        $fixtures = [System.IO.Path]::GetFullPath([System.IO.Path]::Combine($PSScriptRoot, '..', 'fixtures'))
        function Invoke-Engine {
            param([string[]] $Arguments)
            $start = [System.Diagnostics.ProcessStartInfo]::new($env:DYNAMICS365_ENGINE)
            foreach ($argument in $Arguments) { $start.ArgumentList.Add($argument) }
            $start.RedirectStandardOutput = $true
            $start.RedirectStandardError = $true
            $start.UseShellExecute = $false
            $process = [System.Diagnostics.Process]::Start($start)
            $errors = $process.StandardError.ReadToEndAsync()
            $output = $process.StandardOutput.ReadToEnd()
            $process.WaitForExit()
            [pscustomobject]@{ ExitCode = $process.ExitCode; Output = $output; Errors = $errors.Result; Last = @($output.TrimEnd().Split("`n"))[-1].Trim() }
        }
    }

    It 'runs a script with its arguments and passes on its exit code' {
        $run = Invoke-Engine '--file', "$fixtures/Arguments.ps1", '-Name', 'x y', '-Switch', 'rest'
        $run.ExitCode | Should -Be 7
        $run.Last | Should -Be 'Name=x y Switch=True Rest=rest'
    }

    It 'runs a text, and fails where that throws' {
        (Invoke-Engine '--command', '1 + 1').Last | Should -Be '2'
        $run = Invoke-Engine '--command', 'throw "no good"'
        $run.ExitCode | Should -Be 1
        "$($run.Output)$($run.Errors)" | Should -BeLike '*no good*'
    }

    It 'refuses arguments that make no sense: <_>' -ForEach '', '--file', '--file no-such-file.ps1', '--pester', '--unknown' {
        $arguments = [string[]]@(if ($_) { $_.Split(' ') })
        $run = Invoke-Engine $arguments
        $run.ExitCode | Should -Be 64
        $run.Errors | Should -BeLike '*powershell-engine*'
    }

    It 'counts tests that fail, blocks whose BeforeAll fails, and files that can not be read' {
        $run = Invoke-Engine '--pester', "$fixtures/Failing.Fixture.ps1"
        $run.ExitCode | Should -Be 1
        $run.Last | Should -Be '1 passed, 5 failed, 0 skipped'
        $run.Output | Should -BeLike "*Expected 1 to be 2, because it is told.*"
        $run.Output | Should -BeLike '*the block broke*'
        $run.Output | Should -BeLike '*Failing.Fixture.ps1: line 8*'
        (Invoke-Engine '--pester', "$fixtures/Broken.Fixture.ps1").Last | Should -Be '0 passed, 1 failed, 0 skipped'
        (Invoke-Engine '--pester', "$fixtures/Empty.Fixture.ps1").Last | Should -Be '0 passed, 1 failed, 0 skipped'
        (Invoke-Engine '--pester', "$fixtures/no-such-folder").Last | Should -Be '0 passed, 1 failed, 0 skipped'
    }

    It 'skips a test, a block, and all that lies in it, where they say so' {
        $run = Invoke-Engine '--pester', "$fixtures/Skipped.Fixture.ps1"
        $run.ExitCode | Should -Be 0
        $run.Last | Should -Be '1 passed, 0 failed, 3 skipped'
        $run.Output | Should -BeLike '*`[!`] A block > is left out is skipped*'
        $run.Output | Should -Not -BeLike '*must not run*'
    }

    It 'runs the tests of a name only' {
        (Invoke-Engine '--pester', "$fixtures/Failing.Fixture.ps1", '--name', '*passes*').Last | Should -Be '1 passed, 0 failed, 0 skipped'
    }

    It 'fails loudly where a test needs what it does not know' {
        $run = Invoke-Engine '--pester', "$fixtures/Unknown.Fixture.ps1"
        $run.ExitCode | Should -Be 1
        $run.Output | Should -BeLike '*does not know Mock*'
    }
}
