"""What can be exported: groups, projects, samples and their files, and workflow executions."""
