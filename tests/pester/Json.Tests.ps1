Describe 'The JSON of the module' {
    BeforeAll {
        Import-Module -Name $env:DYNAMICS365_MODULE -Global
        $module = Get-Module -Name Dynamics365
        function Read-Json { param([string] $Text) & $module { param($Json) , (ConvertFrom-JsonText $Json) } $Text }
        function Write-Json { param($Value) & $module { param($Any) ConvertTo-JsonText $Any } $Value }
    }

    It 'comes back as it was: <Text>' -ForEach @(
        @{ Text = '1' }, @{ Text = '"a"' }, @{ Text = 'null' }, @{ Text = 'true' }, @{ Text = '-2.5' }, @{ Text = '123456789012' }, @{ Text = '[]' }, @{ Text = '{}' }
        @{ Text = '["a","b:c",":","",null,false]' }, @{ Text = '[[1],[2,[3]],[[]],{}]' }, @{ Text = '{"a":"b","c":[{"d":1},{"d":2}],"e":{}}' }
        @{ Text = '{"a":{"b":[1,{"c":null},[[]],{}]},"d":"x\u000a\"\\","e\"f":false}' }
    ) {
        Write-Json (Read-Json $Text) | Should -BeExactly $Text
    }

    It 'may have white space anywhere, and escapes' {
        Write-Json (Read-Json "`r`n { `"a`" : [ 1 ,`t2 ] ,`n`"b`" : `"\u0041\/\t`" } ") | Should -BeExactly '{"a":[1,2],"b":"A/\u0009"}'
        (Read-Json '{"Name":"a"}').name | Should -Be 'a'
    }

    It 'is refused where it is none: <Text>' -ForEach @(
        foreach ($text in '', '{', '}', '[', '{"a"}', '{"a":}', '{"a":1,}', '[1,]', '[,1]', '[1 2]', '{"a":1 "b":2}', '{,}', '[}', '{]', '1 2', '1,', '"a', '"a":1', '{"a":1}}', '[1]]', '{1:2}',
            '["a":1]', 'nul', '01', '+1', '"\x"', '{"a" "b"}', '[{,"a":1}]', '{"a":[1}', 'tru e', '<html>') { @{ Text = $text } }
    ) {
        $failure = $null
        try { $null = Read-Json $Text } catch { $failure = $_ }
        $failure.Exception.Message | Should -BeLike '*no JSON*'
    }
}
