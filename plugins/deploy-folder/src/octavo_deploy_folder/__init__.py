"""A folder of this machine as a target: releases beside each other, and a link to the one readers see."""

from octavo_deploy_folder.deployer import FolderDeployer, FolderSettings

__all__ = ["FolderDeployer", "FolderSettings"]
