"""A bucket of an S3-compatible service as a target."""

from octavo_deploy_s3.deployer import BucketDeployer, BucketSettings

__all__ = ["BucketDeployer", "BucketSettings"]
