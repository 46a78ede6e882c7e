//! A Markdown text whose fenced blocks of PowerShell are followed by fenced blocks of what they show.

use anyhow::{Result, bail};

/// The text in its parts.
pub struct Document {
    parts: Vec<Part>,
}

enum Part {
    /// Lines that stay as they are.
    Text(String),
    /// A block of commands; its output follows it.
    Commands(String),
}

impl Document {
    /// Reads a text. What its commands showed when it was written is left out.
    pub fn parse(text: &str) -> Result<Self> {
        let mut parts = Vec::new();
        let mut lines = text.lines().enumerate().peekable();
        let mut plain = String::new();
        let mut after_commands = false;
        while let Some((number, line)) = lines.next() {
            let kind = match line {
                "```powershell" => Some(true),
                "```text" if after_commands => Some(false),
                _ => None,
            };
            let Some(is_commands) = kind else {
                // Between commands and their output there is nothing but an empty line.
                after_commands &= line.is_empty();
                plain.push_str(line);
                plain.push('\n');
                continue;
            };
            let mut block = Vec::new();
            loop {
                match lines.next() {
                    Some((_, "```")) => break,
                    Some((_, line)) => block.push(line),
                    None => bail!("the block that begins in line {} has no end", number + 1),
                }
            }
            if is_commands {
                parts.push(Part::Text(std::mem::take(&mut plain)));
                parts.push(Part::Commands(block.join("\n")));
            } else {
                // The empty line before the output comes and goes with it.
                plain.clear();
            }
            after_commands = is_commands;
        }
        parts.push(Part::Text(plain));
        Ok(Self { parts })
    }

    /// The blocks of commands in their order.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Commands(commands) => Some(commands.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text with these outputs behind the commands; an empty one has no block.
    pub fn with_outputs(&self, mut outputs: impl Iterator<Item = String>) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Commands(commands) => {
                    text.push_str(&format!("```powershell\n{commands}\n```\n"));
                    let output = outputs.next().unwrap_or_default();
                    if !output.is_empty() {
                        text.push_str(&format!("\n```text\n{output}\n```\n"));
                    }
                }
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# Title\n\n```text\nno output\n```\n\n```powershell\nGet-A\n$b\n```\n\n```text\nold\n```\n\nMore.\n\n```powershell\nGet-C\n```\n";

    #[test]
    fn outputs_take_the_place_of_those_before_and_all_else_stays() {
        let document = Document::parse(TEXT).unwrap();
        assert_eq!(document.commands().collect::<Vec<_>>(), ["Get-A\n$b", "Get-C"]);
        let same = document.with_outputs(["old".to_owned(), String::new()].into_iter());
        assert_eq!(same, TEXT);
        let other = document.with_outputs([String::new(), "new".to_owned()].into_iter());
        assert_eq!(other, TEXT.replace("\n```text\nold\n```\n", "") + "\n```text\nnew\n```\n");
        assert_eq!(Document::parse(&other).unwrap().with_outputs(["old".to_owned(), String::new()].into_iter()), TEXT);
    }

    #[test]
    fn a_block_without_an_end_is_told() {
        let error = Document::parse("a\n```powershell\nGet-A\n").err().unwrap();
        assert!(error.to_string().contains("line 2"), "{error}");
    }
}
