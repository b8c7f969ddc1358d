"""What reviewers judged and counted: risk of bias by a tool, the flow of studies."""
