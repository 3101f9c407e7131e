"""Run the server: python -m salesfunnel_mcp FOLDER."""

from salesfunnel_mcp import main

main()
